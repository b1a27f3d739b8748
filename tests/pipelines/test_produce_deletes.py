"""Deletes among made-up events: which rows are left, against what was published and the log."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import Paths, Settings
from core.config.load import examine_settings
from core.consumer.decoders.json_events import json_decoder
from core.errors import UsageError
from core.jobs import consume, produce, transform, validate
from core.jobs.base import JobContext
from core.pipeline import Pipeline, builtin
from core.producer.fault_injection import Fault, FaultInjector
from core.producer.fault_log import FaultLog
from core.producer.opening import open_source
from core.producer.options import ProduceOptions
from tests.pipelines import samples
from tests.pipelines.conftest import Init, rows_of, store, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.test_deletes import drafted, plain
from tests.pipelines.test_topic import TOPIC, publish
from tests.support.topic import read_messages

NOW = "2026-11-27T00:00:{:02}Z"
COUNT = 300


def pipeline_of(folder: Path, kind: str) -> Pipeline:
    """A pipeline whose rows are deleted by change events and tombstones, or by tombstones alone."""
    if kind == "changes":
        return drafted(folder / "accounts", samples.records("accounts", 400))
    return drafted(folder / "balances", [plain(n % 30, n if n % 7 else None) for n in range(200)])


def published(
    pipeline: Pipeline, folder: Path, **options: float
) -> tuple[list[samples.Record], list[bytes], list[Fault]]:
    """Return what a stream publishes in order, the keys of its events, and what was injected."""
    made = ProduceOptions("stream", folder, seed=5, pipeline=pipeline, **options)  # type: ignore[arg-type]
    source = open_source(made, SystemClock(), lambda _row: None)
    injector = FaultInjector(made, "run", source.format)
    keys: list[bytes] = []
    sent: list[samples.Record] = []
    faults: list[Fault] = []
    for number in range(COUNT // 100):
        rows = source.take(100)
        assert rows is not None
        keys += rows.column(0).to_pylist()
        for planned in [
            injector.feed(rows),
            *([injector.drain()] if number == COUNT // 100 - 1 else []),
        ]:
            sent += zip(*source.format.encode(planned.rows, NOW.format(number)), strict=True)
            faults += planned.faults.values()
    return sent, keys, faults


@pytest.mark.parametrize("kind", [pytest.param("changes", marks=pytest.mark.slow), "tombstones"])
def test_deleted_rows_are_gone_and_all_others_stay(tmp_path: Path, kind: str) -> None:
    pipeline = pipeline_of(tmp_path, kind)
    faults = {"duplicates": 0.2, "late": 0.2, "poison": 0.02, "deletes": 0.3}
    sent, keys, injected = published(pipeline, tmp_path, **faults)
    told = Counter(fault.kind for fault in injected)
    assert set(told) == {"duplicates", "late", "poison", "deletes"}
    assert 0.2 * COUNT < told["deletes"] < 0.4 * COUNT
    deleted = {fault.id for fault in injected if fault.kind == "deletes"}
    ways = Counter(fault.detail["by"] for fault in injected if fault.kind == "deletes")
    assert set(ways) == ({"event", "tombstone"} if kind == "changes" else {"tombstone"})
    assert min(ways.values()) > 15

    decoder = json_decoder(pipeline)
    values = [decoder.tombstone(key) if value is None else value for key, value in sent]
    refused = decoder.decode(values).rejected
    assert len(refused) == told["poison"]
    bad = {one.index for one in refused}
    stream = [record for place, record in enumerate(sent) if place not in bad]
    with warehouse_of(pipeline, Settings(paths=Paths(data=tmp_path))) as warehouse:
        merged = Counter[str]()
        for start in range(0, len(stream), 120):
            store(warehouse, pipeline, stream[start : start + 120])
            run = warehouse.merge()
            merged.update(deleted=run.deleted, quarantined=run.quarantined)
        left = {str(key) for key in rows_of(warehouse, pipeline)}
    every = {key.decode() for key in keys}
    assert left == every - deleted
    assert deleted < every
    # A row that came and went within one merge was never there.
    assert 0 < merged["deleted"] <= told["deletes"]
    assert merged["quarantined"] == 0


def test_made_up_events_have_deletes_where_the_definition_has(
    tmp_path: Path, settings: Settings
) -> None:
    pipeline = pipeline_of(tmp_path, "tombstones")
    own = Settings(paths=Paths(data=tmp_path), pipeline=pipeline)

    def share(used: Settings, **options: object) -> float:
        return produce.checked_options(used, produce.Options(**options)).deletes  # type: ignore[arg-type]

    assert share(own, mode="stream") == 0.1
    assert share(own, mode="stream", deletes=0.0) == 0
    assert share(own, mode="replay") == 0
    assert share(settings, mode="stream") == 0
    with pytest.raises(UsageError, match="--deletes: nothing deletes rows of orders"):
        share(settings, mode="stream", deletes=0.1)
    with pytest.raises(UsageError, match="--deletes: a file says by itself"):
        share(own, mode="replay", deletes=0.1)
    with pytest.raises(UsageError, match="--deletes"):
        share(own, mode="stream", deletes=1.5)
    assert builtin().definition.deletes is False


def test_the_injection_log_counts_deletes(tmp_path: Path) -> None:
    told = FaultLog(tmp_path, "run", "key", deletes=True)
    told.open()
    told.write([Fault("deletes", "7", {"by": "tombstone"})], NOW.format(0))
    told.close()
    assert told.counts == {"duplicates": 0, "late": 0, "poison": 0, "deletes": 1}
    line = {"kind": "deletes", "key": "7", "by": "tombstone", "timestamp": NOW.format(0)}
    assert json.loads(told.path.read_text()) == line


def named(key: bytes | None) -> bytes:
    """A key as change events have it; those of a stream are plain."""
    return (key or b"") if b"{" in (key or b"") else b'{"account_id": %b}' % (key or b"")


def cents(rows: dict[Any, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Rows with their money to the cent, which Python reads as a binary number."""
    return {
        key: row | {"balance": row["balance"] and round(Decimal(row["balance"]), 2)}
        for key, row in rows.items()
    }


@pytest.mark.slow
def test_a_stream_with_deletes_passes_every_check(
    broker: Cluster, settings: Settings, init_job: Init, tmp_path: Path
) -> None:
    publish(broker, samples.records("accounts", 300))
    init_job(name=str(tmp_path / "accounts"), from_topic=TOPIC)
    own, problems = examine_settings(
        environ={},
        data_dir=settings.paths.data,
        reports_dir=settings.paths.reports,
        pipeline=str(tmp_path / "accounts"),
        timeout_s=10,
    )
    assert problems == ()

    def run(job: Any, **options: object) -> dict[str, Any]:
        found: dict[str, Any] = job.run(JobContext(own), job.Options(**options)).fields()
        return found

    sent = run(produce, mode="stream", rate=0, limit=600, duplicates=0.1, late=0.1, input=tmp_path)
    deletes = sent["injected"]["deletes"]
    assert 30 < deletes < 90
    assert sent["acked"] == 600 + sum(sent["injected"].values())
    log = [json.loads(line) for line in Path(sent["answer_key"]).read_text().splitlines()]
    gone = {line["key"] for line in log if line["kind"] == "deletes"}
    assert len(gone) == deletes
    messages = read_messages(broker.bootstrap_servers, TOPIC)
    expected = newest("accounts", [(named(one.key()), one.value()) for one in messages])
    assert gone.isdisjoint(map(str, expected))

    stored = run(consume, until_caught_up=True)
    assert (stored["inserted"], stored["dead_lettered"]) == (300 + sent["acked"], 0)
    assert run(transform)["quarantined"] == 0
    with warehouse_of(own.pipeline, own) as warehouse:
        assert cents(rows_of(warehouse, own.pipeline)) == cents(expected)
    told = run(validate)
    assert told["status"] == "PASS", told["checks"]
    assert told["checks"]["reconciliation"]["status"] == "PASS"
