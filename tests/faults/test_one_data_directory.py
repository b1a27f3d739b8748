"""Fault 29: two processes on one data directory, and several that share it as they should."""

import os
import signal

import pytest

from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.topic import read_all
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def held_by(file, pid: int):
    """Wait until a lock file names a process."""
    wait_until(lambda: file.exists() and f'"pid": {pid},' in file.read_text())


def test_fault_29_every_job_works_beside_a_consumer_that_has_the_file(dropship):
    dropship("seed", "--orders", "2000").done()
    broker = dropship.start_broker()
    first = dropship.start("consume")
    held_by(dropship.paths.warehouse_lock, first.pid)
    assert dropship("setup").code == 0
    loaded = dropship("load").done()
    assert (loaded["customers"], loaded["inventory"]) == (1000, 200)
    second = dropship.start("consume")
    produced = dropship("produce", "--rate", "0", "--poison", "0.02").done()
    with dropship.broker() as cluster:
        wait_until(
            lambda: (
                sum(cluster.committed("orders_topic", "snowflake-consumer-group").values())
                >= produced["acked"]
            ),
            seconds=60,
        )
        assert dropship("transform").done()["inserted"] == 2000
        assert dropship("kpis").done()["total_orders"] == 2000
        verdict = dropship("validate").record
        assert verdict["status"] in {"PASS", "WARN"}
        letters = dropship("dlq").done()["dead_letters"]
        assert len(letters) == produced["injected"]["poison"] > 0
        assert dropship("dlq", "--replay", "--yes").done()["replayed"] == len(letters)
        found = {one["name"]: one for one in dropship("doctor").record["checks"]}
        assert found["warehouse"]["status"] == "ok"
        assert f"shared by process {first.pid}" in found["warehouse"]["detail"]
        assert found["tables"]["status"] == "ok"
        for one in (second, first):
            one.signal(signal.SIGTERM)
            assert one.end().code == 143
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
    broker.signal(signal.SIGTERM)
    broker.end()


def test_fault_29_what_another_program_holds_is_told_by_name(dropship):
    dropship("setup").done()
    with dropship.warehouse():
        for job in ("consume", "kpis", "pipeline"):
            ended = dropship(job)
            error = ended.record["error"]
            assert (ended.code, error["kind"]) == (3, "warehouse_held")
            assert f"in use by process {os.getpid()} (" in error["message"]
            assert "it does not share it" in error["hint"]
            assert "--data-dir" in error["hint"]
    assert not dropship.paths.seed.exists()


def test_fault_29_a_holder_that_was_killed_holds_nothing(dropship):
    dropship("setup").done()
    first = dropship.start("consume")
    held_by(dropship.paths.warehouse_lock, first.pid)
    first.kill()
    assert dropship("kpis").done()["total_orders"] == 0


def test_fault_29_a_second_broker_names_the_first(dropship):
    first = dropship.start_broker()
    announced = dropship.paths.broker_file.read_text()
    ended = dropship("broker")
    assert (ended.code, ended.record["error"]["kind"]) == (3, "broker")
    assert f"process {first.pid} (dropship --run broker" in ended.record["error"]["message"]
    assert dropship.paths.broker_file.read_text() == announced
    first.signal(signal.SIGTERM)
    assert first.end().code == 143


def test_fault_29_a_broker_that_was_killed_is_not_found_again(dropship):
    first = dropship.start_broker()
    first.kill()
    assert dropship.paths.broker_file.exists()
    dropship("seed", "--orders", "5").done()
    assert dropship("produce", "--timeout", "0").code == 3
    second = dropship.start("broker")
    wait_until(lambda: f'"pid": {second.pid},' in dropship.paths.broker_file.read_text())


def test_fault_29_a_second_producer_on_an_embedded_broker_names_the_first(dropship):
    dropship.start_broker()
    dropship("seed", "--orders", "500").done()
    first = dropship.start("produce", "--rate", "5")
    held_by(dropship.paths.producer_lock, first.pid)
    ended = dropship("produce", "--rate", "5")
    assert ended.code == 3
    assert f"process {first.pid} (dropship --run produce" in ended.record["error"]["message"]
    first.signal(signal.SIGTERM)
    ended = first.end()
    assert (ended.code, ended.record["failed"]) == (143, 0)


def test_broker_producer_and_consumer_work_as_three_processes(dropship):
    broker = dropship.start_broker()
    dropship("seed", "--orders", "4000").done()
    consumer = dropship.start("consume")
    faulty = ("--duplicates", "0.05", "--late", "0.05", "--poison", "0.02")
    produced = dropship("produce", "--rate", "0", *faulty).done()
    injected = produced["injected"]
    with dropship.broker() as cluster:
        wait_until(
            lambda: (
                sum(cluster.committed("orders_topic", "snowflake-consumer-group").values())
                >= produced["acked"]
            )
        )
        consumer.signal(signal.SIGTERM)
        ended = consumer.end()
        record = ended.record
        assert (ended.code, record["lag"], record["gaps"]) == (143, 0, 0)
        assert record["dead_lettered"] == injected["poison"] > 0
        assert record["consumed"] == produced["acked"] == 4000 + sum(injected.values())
        merged = dropship("transform").done()
        assert merged["inserted"] == 4000
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
            records = read_all(cluster.bootstrap_servers, "orders_topic")
            check_newest_orders(records, oracle_rows(warehouse, "orders"))
    broker.signal(signal.SIGTERM)
    ended = broker.end()
    assert (ended.code, ended.record["records"]) == (143, produced["acked"])
