"""Fault 21: the disk is full. One clear line, nothing half written, and it goes on with room."""

import json

import pytest

from tests.faults.conftest import fill
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.topic import read_all

pytestmark = pytest.mark.slow


def refused(ended, *words):
    """Check that a run ended with one clear error about storage."""
    record = ended.record
    assert ended.code == 1, ended.err
    assert record["error"]["kind"] == "storage"
    for word in words:
        assert word in record["error"]["message"]
    assert record["error"]["hint"]
    return record


def test_fault_21_a_full_disk_under_the_warehouse_loses_nothing(dropship, small_disk):
    resize = small_disk(dropship.paths.data, "24m")
    dropship("seed", "--orders", "20000", "--output", str(dropship.folder / "seed")).done()
    dropship.start_broker()
    produced = dropship("produce", "--rate", "0", "--input", str(dropship.folder / "seed")).done()
    fill(dropship.paths.data, leave=2_000_000)
    refused(dropship("consume", "--until-caught-up"), "warehouse.duckdb")
    resize("200m")
    with dropship.broker() as cluster:
        dropship("consume", "--until-caught-up").done()
        assert dropship("transform").done()["quarantined"] == 0
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
            records = read_all(cluster.bootstrap_servers, "orders_topic")
            check_newest_orders(records, oracle_rows(warehouse, "orders"))
    assert produced["acked"] == len(records) == 20_000


def test_fault_21_a_full_disk_under_seed_files_leaves_none_half_written(dropship, small_disk):
    folder = dropship.folder / "small"
    small_disk(folder, "2m")
    ended = dropship("seed", "--orders", "200000", "--output", str(folder / "seed"))
    record = refused(ended, "small")
    assert not record.get("files")
    assert [file.name for file in (folder / "seed").iterdir() if file.suffix == ".csv"] == []


def test_fault_21_old_seed_files_survive_a_full_disk(dropship, small_disk):
    folder = dropship.folder / "small"
    small_disk(folder, "2m")
    seed = str(folder / "seed")
    dropship("seed", "--orders", "100", "--output", seed).done()
    before = {file.name: file.read_bytes() for file in (folder / "seed").glob("*.csv")}
    refused(dropship("seed", "--orders", "200000", "--output", seed), "small")
    assert {f.name: f.read_bytes() for f in (folder / "seed").glob("*.csv")} == before


def test_fault_21_a_full_disk_under_reports_is_said_and_leaves_no_part(dropship, small_disk):
    small_disk(dropship.paths.reports, "64k")
    fill(dropship.paths.reports)
    dropship("setup").done()
    ended = dropship("validate")
    record = refused(ended, "report")
    assert record["status"] in {"PASS", "WARN", "FAIL"}, "what was found is told all the same"
    assert [file.name for file in dropship.paths.reports.iterdir()] == ["ballast"]


def test_fault_21_a_full_disk_under_the_log_is_a_warning(dropship, small_disk):
    small_disk(dropship.paths.log_file.parent, "64k")
    fill(dropship.paths.log_file.parent)
    ended = dropship("seed", "--orders", "20")
    assert ended.done()["orders"] == 20
    assert "dropship: warning: " in ended.err
    assert "dropship.log" in ended.err


def test_fault_21_a_full_disk_under_broker_json_is_said(dropship, small_disk):
    small_disk(dropship.paths.data, "64k")
    fill(dropship.paths.data)
    record = refused(dropship("broker"), "broker.json")
    assert "bootstrap_servers" not in json.dumps(record)
    assert not dropship.paths.broker_file.exists()
