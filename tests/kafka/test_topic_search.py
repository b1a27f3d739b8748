"""A search through a topic of a real broker that stops answering in the middle of it."""

import random
from threading import Event

import pytest

from core.config import KafkaSettings
from core.errors import BrokerError
from core.operations.topic_search import TopicSearch, search
from core.query.records import Wanted
from core.query.since import Since
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work

RECORDS = 40_000


def test_a_broker_that_falls_silent_is_said_and_the_search_is_not_called_complete(
    kafka_here: None,
) -> None:
    with KafkaCluster() as cluster:
        work = Work(cluster.bootstrap_servers, "silent")
        work.make_topic(1)
        # Bytes that no codec makes small: more than the client reads ahead.
        work.publish(random.randbytes(1_500) for _each in range(RECORDS))
        shown: list[TopicSearch] = []
        seen = 0

        def text(_value: bytes | None) -> None:
            nonlocal seen
            seen += 1
            if seen == 100:
                cluster.nodes[0].kill()

        with pytest.raises(BrokerError) as caught:
            search(
                work.cluster,
                KafkaSettings(work.servers, topic=work.topic, group_id=work.group),
                Wanted.of("no record holds this"),
                Since(),
                Event(),
                show=shown.append,
                text=text,
            )
        assert 100 <= seen < RECORDS
        assert (shown[-1].passed, shown[-1].total) == (seen, RECORDS)
        assert not shown[-1].full
        assert f"at offset {seen:,} of {RECORDS:,}" in caught.value.message
        assert work.servers in caught.value.message
        assert "silent" in caught.value.message
        assert caught.value.transient
        assert "KAFKA_BOOTSTRAP_SERVERS" in caught.value.hint
        work.close()
