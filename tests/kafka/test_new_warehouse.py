"""The warehouse decides what is missing, not what the group has told Kafka."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.processes import Dropship


@pytest.fixture
def unhurried_node(kafka_here: None) -> Iterator[KafkaCluster]:
    """One node that lets new groups wait for further members, as installations do."""
    with KafkaCluster(settings={"group.initial.rebalance.delay.ms": "2000"}) as cluster:
        yield cluster


def test_a_new_warehouse_is_filled_whatever_the_group_has_told_kafka(
    unhurried_node: KafkaCluster, works: Callable[..., Work], dropship: Dropship
) -> None:
    """The group has read everything, into a warehouse that is gone: that is not caught up."""
    work = works(unhurried_node.bootstrap_servers)
    work.make_topic(3)
    work.publish_orders(500)
    caught_up = ("consume", "--until-caught-up")
    assert dropship(*caught_up, env=work.env).done()["inserted"] == 500
    assert dropship(*caught_up, env=work.env).done()["consumed"] == 0
    dropship.paths.warehouse_file.unlink()
    again = dropship(*caught_up, env=work.env).done()
    assert (again["inserted"], again["lag"]) == (500, 0)
