"""Fault 4: no broker at the start. The wait is seen, has an end, and ends well when one comes."""

import signal

import pytest

pytestmark = pytest.mark.slow

CLOSED = "KAFKA_BOOTSTRAP_SERVERS"


@pytest.mark.parametrize("job", ["consume", "produce"])
def test_fault_04_a_configured_broker_that_is_down_ends_with_3(dropship, closed_port, job):
    where = f"127.0.0.1:{closed_port}"
    dropship("seed", "--orders", "5").done()
    ended = dropship.start(job, "--timeout", "2", env={CLOSED: where}).end()
    record = ended.record
    assert (ended.code, record["error"]["kind"]) == (3, "broker")
    assert where in record["error"]["message"]
    assert record["error"]["hint"]
    assert 1 < record["elapsed_s"] < 8


@pytest.mark.parametrize("job", ["consume", "produce"])
def test_fault_04_no_embedded_broker_ends_with_3(dropship, job):
    dropship("seed", "--orders", "5").done()
    ended = dropship(job, "--timeout", "1")
    assert (ended.code, ended.record["error"]["kind"]) == (3, "broker")
    assert "no embedded broker runs for" in ended.record["error"]["message"]
    assert "dropship --run broker" in ended.record["error"]["hint"]


def test_fault_04_the_wait_is_seen_while_it_lasts(dropship):
    running = dropship.start("consume", "--timeout", "120")
    running.says("no embedded broker runs for")
    running.signal(signal.SIGTERM)
    assert running.end(20).record["exit_code"] == 143


def test_fault_04_work_begins_once_the_broker_is_there(dropship):
    dropship("seed", "--orders", "300").done()
    consumer = dropship.start("consume", "--limit", "300", "--timeout", "60")
    consumer.says("no embedded broker runs for")
    dropship.start_broker()
    assert dropship("produce", "--rate", "0").done()["acked"] == 300
    assert consumer.end().done()["inserted"] == 300


def test_fault_04_the_pipeline_needs_no_broker_but_one_that_is_configured(dropship, closed_port):
    ended = dropship("pipeline", "--timeout", "1", env={CLOSED: f"127.0.0.1:{closed_port}"})
    assert (ended.code, ended.record["error"]["kind"]) == (3, "broker")
    assert not dropship.paths.seed.exists()
