"""Faults 1, 2 and 27 on real processes: killed or stopped at a random moment, asked the oracle."""

import random
import signal
from contextlib import suppress
from threading import Event

import pytest

from tests.support.oracle import check_exactly_once, check_newest_orders, coordinates, oracle_rows
from tests.support.processes import Dropship, Running
from tests.support.topic import read_all
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def has_written(
    dropship: Dropship, running: Running, wanted: int, *, seconds: float = 20.0
) -> None:
    """Wait until a process has written so many bytes of batches to the warehouse."""
    wal = dropship.paths.warehouse_file.with_suffix(".duckdb.wal")
    sizes = [wal.stat().st_size if wal.exists() else 0]

    def enough() -> bool:
        with suppress(FileNotFoundError):
            size = wal.stat().st_size
            # What a former process left in the log goes into the file when it is opened.
            sizes[0] = min(sizes[0], size)
            return size - sizes[0] >= wanted or running.ended
        sizes[0] = 0
        return running.ended

    wait_until(enough, seconds=seconds, what=running.err)
    assert not running.ended, running.err


def start_flow(dropship: Dropship) -> Running:
    """Start a broker and a producer that streams until it is stopped."""
    dropship("seed", "--customers", "50", "--products", "20", "--orders", "10").done()
    dropship.start_broker()
    faults = ("--poison", "0.01", "--late", "0.02")
    return dropship.start("produce", "--mode", "stream", "--rate", "2000", *faults)


def kill_somewhere(dropship: Dropship, consumer: Running, rng: random.Random) -> None:
    """Kill a consumer at some point of some batch."""
    has_written(dropship, consumer, rng.randrange(1, 300_000))
    Event().wait(rng.uniform(0, 0.1))
    consumer.kill()


def test_fault_01_what_a_killed_consumer_leaves_is_whole(dropship):
    rng = random.Random(1)
    start_flow(dropship)
    with dropship.broker() as cluster:
        identity = cluster.identity("orders_topic")
        for _ in range(2):
            kill_somewhere(dropship, dropship.start("consume"), rng)
            with dropship.warehouse() as warehouse:
                stored = warehouse.stored_offsets(identity)
                assert coordinates(warehouse) == [
                    (identity.source_id, partition, offset)
                    for partition, end in sorted(stored.items())
                    for offset in range(end)
                ]
            told = cluster.committed("orders_topic", "snowflake-consumer-group")
            assert all(offset <= stored[partition] for partition, offset in told.items())
    assert dropship("consume", "--limit", "500").done()["already_stored"] == 0


@pytest.mark.slow  # the group forgets a killed member, and frees its partitions, after 30 s
def test_fault_01_a_consumer_killed_at_random_moments_loses_and_doubles_nothing(dropship):
    rng = random.Random(2)
    producer = start_flow(dropship)
    for _ in range(3):
        kill_somewhere(dropship, dropship.start("consume"), rng)
    producer.signal(signal.SIGTERM)
    produced = producer.end().record
    assert (produced["exit_code"], produced["failed"]) == (143, 0)
    caught_up = dropship("consume", "--until-caught-up").done()
    merged = dropship("transform").done()
    assert (caught_up["lag"], caught_up["gaps"], merged["quarantined"]) == (0, 0, 0)
    with dropship.broker() as cluster, dropship.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
        records = read_all(cluster.bootstrap_servers, "orders_topic")
        check_newest_orders(records, oracle_rows(warehouse, "orders"))
    assert len(records) == produced["acked"] > caught_up["consumed"]


def stopped_pipeline(dropship: Dropship, rng: random.Random) -> Running:
    """Start a pipeline and wait for a random moment of its flow."""
    size = ("--customers", "100", "--products", "20", "--orders", "50000")
    running = dropship.start("pipeline", "--rate", "4000", *size)
    has_written(dropship, running, rng.randrange(1, 500_000))
    return running


def test_fault_27_sigterm_drains_a_pipeline_at_any_moment(dropship):
    rng = random.Random(27)
    before: list[tuple[str, int, int]] = []
    for _ in range(2):
        running = stopped_pipeline(dropship, rng)
        running.signal(signal.SIGTERM)
        ended = running.end(30)
        record = ended.record
        produced, consumed = record["produce"], record["consume"]
        assert (ended.code, record["error"]["kind"]) == (143, "interrupted")
        assert 0 < produced["sent"] == produced["acked"] < 50_000
        assert produced["acked"] == consumed["inserted"] + consumed["dead_lettered"]
        with dropship.warehouse() as warehouse:
            stored = coordinates(warehouse)
        assert len(set(stored)) == len(stored) == len(before) + produced["acked"]
        before = stored
        assert record["transform"]["inserted"] + record["transform"]["updated"] > 0
        assert not dropship.paths.broker_file.exists()


def test_fault_27_sigterm_while_the_seed_is_written(dropship):
    running = dropship.start("pipeline", "--orders", "20000000")
    wait_until(lambda: any(dropship.paths.seed.glob(".orders.csv*")) or running.ended)
    running.signal(signal.SIGTERM)
    ended = running.end(30)
    assert ended.code == 143
    assert ended.record["produce"] is None
    assert not list(dropship.paths.seed.glob("*.csv"))


def test_fault_27_a_second_sigint_ends_at_once_and_nothing_is_torn(dropship):
    dropship.start_broker()
    dropship("seed", "--orders", "5000").done()
    producer = dropship.start("produce", "--rate", "2000")
    consumer = dropship.start("consume")
    has_written(dropship, consumer, 1)
    consumer.signal(signal.SIGINT)
    consumer.says("a second one ends at once")
    consumer.signal(signal.SIGINT)
    ended = consumer.end(30)
    # It may have drained before the second one came; either way there is one object and 130.
    assert ended.code == 130
    assert ended.record["error"]["kind"] == "interrupted"
    assert producer.end().done()["acked"] == 5000
    dropship("consume", "--until-caught-up").done()
    with dropship.broker() as cluster, dropship.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
