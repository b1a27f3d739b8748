"""Pipelines of strangers through real processes that are killed, every fault injected at once.

What is left is compared with the topic itself, read by plain Python: rows, dead letters with their
reasons, figures.
"""

import json
import random
import signal
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean
from threading import Event
from typing import Any

import pytest
from confluent_kafka import Message

from core.broker.cluster import Cluster
from core.pipeline import open_pipeline
from tests.faults.test_signals_and_kills import kill_somewhere
from tests.pipelines.conftest import rows_of, warehouse_of
from tests.pipelines.oracle import Row, newest
from tests.pipelines.samples import BAD_READINGS, records
from tests.pipelines.test_topic import publish
from tests.support.oracle import check_exactly_once
from tests.support.processes import Dropship, Running
from tests.support.topic import read_messages

pytestmark = pytest.mark.slow
KILLS = 3
FAULTS = ("--duplicates", "0.05", "--late", "0.05", "--poison", "0.03")
LENIENT = {"DROPSHIP_DEAD_LETTERS_WARN": "0.9", "DROPSHIP_DEAD_LETTERS_FAIL": "0.9"}
"""Poison is meant to be there: what became of each is compared one by one."""
Letters = dict[tuple[int, int], str]
"""Reasons of dead letters by partition and offset."""


def flow(dropship: Dropship, producer: Running, env: dict[str, str], rng: random.Random) -> None:
    """Kill consumers and merges while a producer works; then end it and store what is left."""
    for _kill in range(KILLS):
        assert not producer.ended, producer.err
        kill_somewhere(dropship, dropship.start("consume", env=env), rng)
        merge = dropship.start("transform", env=env)
        Event().wait(rng.uniform(0.5, 2.5))
        merge.kill()
    producer.signal(signal.SIGTERM)
    produced = producer.end().record
    assert (produced["exit_code"], produced["failed"], produced["rejected"]) == (143, 0, 0)
    assert min(produced["injected"].values()) > 0, produced["injected"]
    consumed = dropship("consume", "--until-caught-up", env=env).done()
    assert (consumed["lag"], consumed["gaps"]) == (0, 0)
    merged = dropship("transform", env=env).done()
    assert merged["quarantined"] == 0


def answers(folder: Path) -> list[dict[str, Any]]:
    """The lines of the answer key."""
    (file,) = (folder / "injected").glob("*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def parted(
    messages: Iterable[Message], poison: dict[str, str]
) -> tuple[list[tuple[bytes | None, bytes | None]], Letters]:
    """The records of a topic that are meant to be rows, and the letters of those that are not."""
    good, letters = [], {}
    for message in messages:
        key: Any = message.key()
        reason = poison.get(key.decode())
        if reason is None and b'"n/a"' in (message.value() or b""):
            reason = "wrong_type"
        if reason is None:
            good.append((key, message.value()))
        else:
            letters[message.partition() or 0, message.offset() or 0] = reason
    return good, letters


def proven(
    dropship: Dropship, cluster: Cluster, name: str, topic: str, env: dict[str, str]
) -> tuple[dict[Any, Row], Letters]:
    """Compare rows and letters with the topic; return both, as they should be and are."""
    told = answers(dropship.paths.data)
    poison = {line["key"]: line["reason"] for line in told if line["kind"] == "poison"}
    good, letters = parted(read_messages(cluster.bootstrap_servers, topic), poison)
    expected = newest(name, good)
    pipeline = open_pipeline(str(dropship.folder / name))
    with warehouse_of(pipeline, dropship.settings) as warehouse:
        group = pipeline.definition.topic.group or f"dropship-{name}"
        check_exactly_once(cluster, warehouse, topic, group)
        assert rows_of(warehouse, pipeline) == expected
        found = warehouse.dead_letters()
        assert {(one.partition, one.offset): one.reason for one in found} == letters
    assert len([line for line in told if line["kind"] == "poison"]) <= len(letters)
    lower = {line["key"]: line["older"] for line in told if line["kind"] == "late"}
    assert lower.keys() <= set(map(str, expected))
    checks = dropship("validate", env=env | LENIENT).done()["checks"]
    # Poison is of other types and layouts, as drift is.
    assert checks.pop("schema_drift")["status"] in {"PASS", "WARN"}
    assert {one["status"] for one in checks.values()} == {"PASS"}, {
        check: one for check, one in checks.items() if one["status"] != "PASS"
    }
    assert checks["dead_letters"]["by_reason"] == dict(Counter(letters.values()))
    return expected, letters


def by_day(rows: Iterable[Row], moment: str) -> Counter[str]:
    """How many rows each day has."""
    return Counter(row[moment].date().isoformat() for row in rows)


def test_readings_made_up_with_every_fault_outlive_kills(dropship: Dropship) -> None:
    rng = random.Random(18)
    env = {"DROPSHIP_PIPELINE": "iot"}
    dropship.start_broker()
    with dropship.broker() as cluster:
        publish(cluster, records("iot", 600), "readings")
        dropship("init", "iot", "--from-topic", "readings", "--key", "readingId").done()
        plausible(dropship.folder / "iot" / "pipeline.toml")
        producer = dropship.start("produce", "--mode", "stream", "--rate", "1500", *FAULTS, env=env)
        flow(dropship, producer, env, rng)
        expected, letters = proven(dropship, cluster, "iot", "readings", env)
    assert list(letters.values()).count("wrong_type") >= BAD_READINGS
    rows = expected.values()
    figures = dropship("kpis", env=env).done()
    assert figures["total_rows"] == len(rows)
    assert figures["sum_order_"] == sum(row["order_"] or 0 for row in rows)
    assert figures["average_temperature"] == pytest.approx(fmean(r["temperature"] for r in rows))
    damp = [row["humidity"] for row in rows if row["humidity"] is not None]
    assert figures["average_humidity"] == pytest.approx(fmean(damp))
    days = by_day(rows, "ts")
    assert {row["day"]: row["day_rows"] for row in figures["by_day"]} == {
        max(days): days[max(days)]
    }
    models = Counter(row["device_model"] for row in rows)
    assert {row["device_model"]: row["row_count"] for row in figures["top_device_model"]} == models


def plausible(file: Path) -> None:
    """Give readings the bounds that the checks of the folder have, as a person would."""
    text = file.read_text("utf-8")
    for field, bounds in {
        "temperature": 'type = "number", min = 0, max = 60, hint = { mean = 21, deviation = 3 }',
        "humidity": 'type = "integer", min = 0, max = 100',
        "battery": 'type = "number", min = 0, max = 100',
        "order": 'type = "integer", min = 0, max = 9',
    }.items():
        kind = "integer" if "integer" in bounds else "number"
        before = f'"{field}" = {{ type = "{kind}"'
        assert text.count(before) == 1
        text = text.replace(before, f'"{field}" = {{ {bounds}')
    file.write_text(text, "utf-8")


def test_repository_events_replayed_with_every_fault_outlive_kills(dropship: Dropship) -> None:
    rng = random.Random(19)
    env = {"DROPSHIP_PIPELINE": "repository"}
    file = dropship.folder / "events.jsonl"
    file.write_bytes(
        b"".join((value or b"") + b"\n" for _key, value in records("repository", 40_000))
    )
    dropship("init", "repository", "--from-file", str(file)).done()
    dropship.start_broker()
    replay = ("--mode", "replay", "--input", str(file), "--rate", "1500", *FAULTS)
    with dropship.broker() as cluster:
        producer = dropship.start("produce", *replay, env=env)
        flow(dropship, producer, env, rng)
        expected, _letters = proven(dropship, cluster, "repository", "repository", env)
    rows = expected.values()
    figures = dropship("kpis", env=env).done()
    assert figures["total_rows"] == len(rows)
    assert {row["day"]: row["day_rows"] for row in figures["by_day"]} == by_day(rows, "created_at_")
    kinds = Counter(row["type"] for row in rows)
    assert {row["type"]: row["row_count"] for row in figures["split_type"]} == kinds
