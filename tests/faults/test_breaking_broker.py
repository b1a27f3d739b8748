"""Faults 2, 5, 6 and 7 on real processes, with a broker that breaks when it is told to."""

import signal
from collections.abc import Iterator

import pytest

from core.broker.cluster import Cluster
from tests.support.metrics import scrape, total
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.processes import Dropship, Running
from tests.support.topic import read_all
from tests.support.unreliable_broker import (
    NOT_ALLOWED,
    OFFSET_COMMIT,
    UnreliableBroker,
    unreliable_broker,
)
from tests.support.waiting import wait_until

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"


@pytest.fixture
def unreliable(dropship: Dropship) -> Iterator[UnreliableBroker]:
    """The broker of the command's folder, and orders to publish."""
    dropship("seed", "--customers", "50", "--products", "20", "--orders", "60000").done()
    with unreliable_broker(dropship.paths) as broker:
        yield broker


def told_to_kafka(cluster: Cluster) -> int:
    return sum(cluster.committed(TOPIC, GROUP).values())


def check_all(dropship: Dropship, cluster: Cluster) -> None:
    """Consume what is left, merge, and ask the oracle."""
    caught_up = dropship("consume", "--until-caught-up").done()
    assert (caught_up["lag"], caught_up["gaps"]) == (0, 0)
    dropship("transform").done()
    with dropship.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, TOPIC, GROUP)
        records = read_all(cluster.bootstrap_servers, TOPIC)
        check_newest_orders(records, oracle_rows(warehouse, "orders"))


def has_stored(consumer: Running) -> None:
    """Wait until a consumer tells that it has stored events: those of a batch that it committed."""
    consumer.says("metrics at http://")
    url = consumer.err.split("metrics at ")[1].split()[0]
    wait_until(lambda: total(scrape(url), "dropship_stored_events_total") > 0, what=consumer.err)


@pytest.mark.slow
def test_fault_02_killed_after_the_warehouse_and_before_kafka_knew(dropship, unreliable):
    """Kafka never learns of a commit, and the consumer is killed: the warehouse alone decides."""
    producer = dropship.start("produce", "--rate", "2000")
    with dropship.broker() as cluster:
        identity = cluster.identity(TOPIC)
        unreliable.refuse(OFFSET_COMMIT, NOT_ALLOWED, 100_000)
        before = 0
        for _attempt in range(3):
            consumer = dropship.start("consume", "--metrics-port", "0")
            has_stored(consumer)
            consumer.kill()
            with dropship.warehouse() as warehouse:
                stored = sum(warehouse.stored_offsets(identity).values())
            assert told_to_kafka(cluster) == 0 <= before < stored
            before = stored
        producer.signal(signal.SIGTERM)
        assert producer.end().code == 143
        unreliable.forgive(OFFSET_COMMIT)
        check_all(dropship, cluster)


@pytest.mark.slow
def test_fault_05_a_broker_that_restarts_under_load_loses_nothing(dropship, unreliable):
    producer = dropship.start("produce", "--rate", "1500", "--limit", "6000")
    consumer = dropship.start("consume")
    with dropship.broker() as cluster:
        for number in range(3):
            wait_until(lambda number=number: told_to_kafka(cluster) > 800 * (number + 1))
            unreliable.down()
            consumer.says("no broker answers")
            unreliable.up()
        sent = producer.end().done()
        assert (sent["acked"], sent["failed"]) == (6_000, 0)
        wait_until(lambda: told_to_kafka(cluster) == 6_000)
        consumer.signal(signal.SIGTERM)
        assert consumer.end().record["consumed"] == 6_000
        check_all(dropship, cluster)


@pytest.mark.slow
def test_fault_06_what_times_out_is_failed_and_never_sent(dropship, unreliable):
    """The broker stays away for longer than a record may wait."""
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": unreliable.bootstrap_servers,
        "KAFKA_CONF_MESSAGE_TIMEOUT_MS": "1000",
    }
    producer = dropship.start("produce", "--rate", "1000", "--limit", "4000", env=env)
    with dropship.broker() as cluster:

        def published() -> int:
            return sum(mark.high for mark in cluster.watermarks(TOPIC).values())

        wait_until(lambda: published() > 500)
        unreliable.down()
        producer.says("Connection refused")
        ended = producer.end()
        unreliable.up()
        record = ended.record
        assert (ended.code, record["error"]["kind"]) == (1, "bad_result")
        assert str(record["failed"]) in record["error"]["message"].replace(",", "")
        assert record["failed"] > 0 < record["acked"]
        assert record["acked"] + record["failed"] == record["sent"] == 4_000
        # One that timed out may have arrived; one that was acknowledged has.
        assert record["acked"] <= published() <= record["sent"]
        check_all(dropship, cluster)


@pytest.mark.slow
def test_fault_07_a_commit_that_kafka_refuses_is_harmless(dropship, unreliable):
    unreliable.refuse(OFFSET_COMMIT, NOT_ALLOWED, 100_000)
    assert dropship("produce", "--rate", "0", "--limit", "3000").done()["acked"] == 3_000
    consumed = dropship("consume", "--limit", "3000").done()
    assert (consumed["inserted"], consumed["lag"]) == (3_000, 0)
    assert "commit to Kafka failed" in dropship.paths.log_file.read_text()
    with dropship.broker() as cluster:
        assert told_to_kafka(cluster) == 0
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, TOPIC, GROUP)
        unreliable.forgive(OFFSET_COMMIT)
        again = dropship("consume", "--until-caught-up").done()
        assert (again["consumed"], again["already_stored"]) == (0, 0)
        wait_until(lambda: told_to_kafka(cluster) == 3_000)
