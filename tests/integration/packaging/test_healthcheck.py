"""The health check of the image, beside workers that run: it passes, is cheap and takes nothing."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dockerfile import healthcheck
from tests.support.metrics import scrape, total
from tests.support.processes import Dropship, commands
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


def check(dropship: Dropship):
    """Run the health check of the Dockerfile in the worker's folder."""
    _program, _run, job, *arguments = healthcheck()
    return dropship(job, *[one for one in arguments if one != "--json"])


def test_it_passes_beside_a_consumer_and_a_producer_and_stops_neither(dropship):
    dropship("seed", "--customers", "10", "--products", "5", "--orders", "20").done()
    broker = dropship.start_broker()
    producer = dropship.start("produce", "--mode", "stream", "--rate", "50")
    consumer = dropship.start("consume", "--metrics-port", "0")
    consumer.says("metrics at ")
    url = consumer.err.split("metrics at ")[1].split()[0]
    wait_until(lambda: total(scrape(url), "dropship_stored_events_total") > 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = check(dropship)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.code == 0, ended.out
    statuses = {one["name"]: one["status"] for one in ended.record["checks"]}
    assert statuses["broker"] == statuses["topic"] == "ok"
    assert "fail" not in statuses.values()
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 10, "once a minute this would be a sixth of a core"
    stored = total(scrape(url), "dropship_stored_events_total")
    wait_until(lambda: total(scrape(url), "dropship_stored_events_total") > stored)
    for running in (producer, consumer, broker):
        running.signal(signal.SIGTERM)
        assert running.end().code == 143


def test_it_fails_when_the_broker_is_out_of_reach(dropship):
    env = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    _program, _run, job, *arguments = healthcheck()
    ended = dropship(job, *[one for one in arguments if one != "--json"], env=env)
    assert ended.code == 1
    assert ended.record["error"]["kind"] == "bad_result"
