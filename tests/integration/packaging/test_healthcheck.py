"""The health check of the image, beside workers that run: it passes, is cheap and takes nothing."""

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

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


def check(url: str) -> subprocess.CompletedProcess[str]:
    """Run the health check of the Dockerfile on the port that a worker has."""
    _python, *module, _port = healthcheck()
    port = str(urlsplit(url).port)
    return subprocess.run(
        [sys.executable, *module, port], check=False, capture_output=True, text=True, timeout=30
    )


def test_it_passes_beside_a_consumer_and_a_producer_and_stops_neither(dropship):
    dropship("seed", "--customers", "10", "--products", "5", "--orders", "20").done()
    broker = dropship.start_broker()
    producer = dropship.start("produce", "--mode", "stream", "--rate", "50")
    consumer = dropship.start("consume", "--metrics-port", "0")
    consumer.says("metrics at ")
    url = consumer.err.split("metrics at ")[1].split()[0]
    wait_until(lambda: total(scrape(url), "dropship_stored_events_total") > 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = check(url)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 3, "once a minute this would be a twentieth of a core"
    stored = total(scrape(url), "dropship_stored_events_total")
    wait_until(lambda: total(scrape(url), "dropship_stored_events_total") > stored)
    for running in (producer, consumer, broker):
        running.signal(signal.SIGTERM)
        assert running.end().code == 143


def test_it_fails_when_no_worker_answers():
    ended = check("http://127.0.0.1:1/metrics")
    assert ended.returncode == 1
    assert ended.stdout.startswith("no worker answers on port 1: ")
    assert not ended.stderr
