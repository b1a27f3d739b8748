"""Real jobs, scraped over HTTP while they run: what they tell is what they did."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.metrics import scrape, total
from tests.support.processes import Dropship, Running, commands
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

PORT = ("--metrics-port", "0")


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


def address(running: Running) -> str:
    """Where a job says that its metrics are."""
    running.says("metrics at http://")
    found = re.search(r"metrics at (http://127\.0\.0\.1:\d+/metrics)", running.err)
    assert found is not None, running.err
    return found[1]


def test_broker_producer_consumer_and_merge_are_measured_apart(dropship):
    dropship("seed", "--customers", "20", "--products", "10", "--orders", "300").done()
    broker = dropship.start("broker", *PORT)
    wait_until(dropship.paths.broker_file.exists)
    producer = dropship.start(
        "produce", "--rate", "1000", "--mode", "stream", "--poison", "0.1", *PORT
    )
    produced = address(producer)
    consumer = dropship.start("consume", *PORT)
    consumed = address(consumer)
    wait_until(lambda: total(scrape(consumed), "dropship_dead_letters_total") > 0)
    wait_until(lambda: total(scrape(produced), "dropship_acknowledged_events_total") > 500)
    producer.signal(signal.SIGTERM)
    sent = producer.end().record
    wait_until(
        lambda: total(scrape(consumed), "dropship_consumed_records_total") == sent["acked"],
        what="the consumer's counter never reached what was acknowledged",
    )
    last = scrape(consumed)
    ends = address(broker)
    wait_until(lambda: total(scrape(ends), "dropship_topic_end_offset") == sent["acked"])
    consumer.signal(signal.SIGTERM)
    stored = consumer.end().record
    assert total(last, "dropship_stored_events_total") == stored["inserted"]
    assert total(last, "dropship_dead_letters_total") == stored["dead_lettered"]
    assert total(last, "dropship_event_latency_seconds_count") == stored["inserted"]
    assert total(last, "dropship_consumer_next_offset") == sum(stored["offsets"].values())
    assert total(last, "dropship_consumer_lag_records") == 0
    merging = dropship.start("transform", "--watch", "0.2", *PORT)
    merged = address(merging)
    wait_until(lambda: total(scrape(merged), "dropship_merged_events_total") == stored["inserted"])
    assert total(scrape(merged), "dropship_merge_runs_total") >= 1
    for running in (merging, broker):
        running.signal(signal.SIGTERM)
        assert running.end().code == 143


def test_the_pipeline_tells_of_all_its_parts_and_the_server_ends_with_it(dropship):
    arguments = ("--mode", "stream", "--rate", "400", "--orders", "50", *PORT)
    pipeline = dropship.start("pipeline", *arguments)
    url = address(pipeline)
    wait_until(lambda: total(scrape(url), "dropship_merged_events_total") > 0)
    samples = scrape(url)
    running = {
        dict(labels)["worker"]
        for (name, labels), value in samples.items()
        if name == "dropship_worker_state" and value == 1 and ("state", "running") in labels
    }
    assert running == {"producer", "consumer", "merge"}
    assert ("dropship_alert_level", (("rule", "lag"),)) in samples
    pipeline.signal(signal.SIGTERM)
    assert pipeline.end().code == 143
    with pytest.raises(ConnectionRefusedError):
        scrape(url)


def test_a_port_in_use_is_one_line_before_anything_is_touched(dropship):
    broker = dropship.start("broker", *PORT)
    port = address(broker).split(":")[2].split("/")[0]
    ended = dropship("pipeline", "--metrics-port", port)
    assert ended.code == 2
    assert ended.record["error"]["message"] == f"--metrics-port {port}: Address already in use"
    assert not dropship.paths.warehouse_file.exists()


@pytest.mark.parametrize("value", ["-1", "65536", "x"])
def test_what_is_no_port_is_refused(dropship, value):
    ended = dropship("consume", "--metrics-port", value)
    assert ended.code == 2
    assert "--metrics-port" in ended.record["error"]["message"]


def test_a_job_that_only_looks_has_no_such_option(dropship):
    assert dropship("kpis", "--metrics-port", "0").code == 2
