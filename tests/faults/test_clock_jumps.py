"""Fault 22: the wall clock jumps a day. Nothing turns negative, and the pace does not change."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fake_time import FakeTime
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.processes import Dropship, Running
from tests.support.topic import read_all
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

DAY_S = 86_400
RATE, DURATION_S = 800, 4

Start = Callable[..., Running]
Jump = Callable[[int], None]


def bent_in_process(dropship: Dropship) -> tuple[Start, Jump]:
    """Start jobs whose own clock is bent."""
    program = Path(__file__).with_name("jumping_clock.py")
    offset = dropship.folder / "offset"

    def start(job: str, *arguments: str) -> Running:
        return dropship.start(job, *arguments, program=(program, str(offset)))

    def jump(seconds: int) -> None:
        offset.write_text(f"{seconds:+d}")

    jump(0)
    return start, jump


def bent_for_all(dropship: Dropship) -> tuple[Start, Jump]:
    """Start jobs for which all of the process, librdkafka and DuckDB too, sees the bent clock."""
    clock = FakeTime(dropship.folder)

    def start(job: str, *arguments: str) -> Running:
        return dropship.start(job, *arguments, env=clock.env)

    return start, clock.jump_to


@pytest.mark.parametrize(
    "bend", [bent_in_process, pytest.param(bent_for_all, marks=pytest.mark.slow)]
)
def test_fault_22_a_clock_that_jumps_a_day_disturbs_neither_pace_nor_latency(dropship, bend):
    start, jump = bend(dropship)
    dropship("seed", "--customers", "50", "--products", "20", "--orders", "10").done()
    dropship.start_broker()
    consumer = start("consume")
    stream = ("--mode", "stream", "--rate", str(RATE), "--duration", str(DURATION_S))
    producer = start("produce", *stream)
    with dropship.broker() as cluster:

        def stored() -> int:
            return sum(cluster.committed("orders_topic", "snowflake-consumer-group").values())

        for seconds, enough in ((DAY_S, RATE), (-DAY_S, 2 * RATE)):
            wait_until(lambda enough=enough: stored() >= enough, what=producer.err + consumer.err)
            jump(seconds)
        produced = producer.end().done()
        wait_until(lambda: stored() == produced["acked"])
        consumer.signal(signal.SIGTERM)
        consumed = consumer.end().record
        merged = dropship("transform").done()
        checks = dropship("validate").record["checks"]
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
            records = read_all(cluster.bootstrap_servers, "orders_topic")
            check_newest_orders(records, oracle_rows(warehouse, "orders"))
    assert produced["sent"] == pytest.approx(RATE * DURATION_S, rel=0.05)
    assert produced["rate_actual"] == pytest.approx(RATE, rel=0.05)
    assert consumed["lag"] == 0
    assert 0 <= consumed["latency_ms"]["p50"] <= consumed["latency_ms"]["p99"]
    assert merged["delay_s"] >= 0
    assert "ERROR" not in {check["status"] for check in checks.values()}
    assert produced["elapsed_s"] >= 0 <= consumed["elapsed_s"]
    log = dropship.paths.log_file.read_text()
    assert "Traceback" not in log


@pytest.mark.slow
def test_fault_22_a_clock_set_back_does_not_hold_a_consumer_that_has_nothing_to_read(dropship):
    """The client library sleeps until moments of the wall clock: none came for a day.

    What a set clock still holds: a consumer whose last record came within the last tenth of a
    second, until the next one comes.
    """
    start, jump = bent_for_all(dropship)
    dropship("seed", "--customers", "50", "--products", "20", "--orders", "10").done()
    dropship.start_broker()
    few = ("--mode", "stream", "--rate", "50", "--duration", "1")
    dropship("produce", *few).done()
    consumer = start("consume")
    with dropship.broker() as cluster:

        def stored() -> int:
            return sum(cluster.committed("orders_topic", "snowflake-consumer-group").values())

        wait_until(lambda: stored() == 50, what=consumer.err)
        consumer.says("lag 0")
        jump(-DAY_S)
        dropship("produce", *few).done()
        wait_until(lambda: stored() == 100, what=consumer.err)
        told = consumer.err.count("\n")
        jump(-2 * DAY_S)
        wait_until(lambda: consumer.err.count("\n") > told + 1)
        consumer.signal(signal.SIGTERM)
        consumed = consumer.end(20).record
    assert consumed["consumed"] == 100
    assert consumed["exit_code"] == 128 + signal.SIGTERM
