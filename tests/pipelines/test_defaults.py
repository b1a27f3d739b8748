"""What is absent or null in an event has its default in the table, by columns or payloads."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.decoders.json_events import json_decoder
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.support.defaults import EVENTS, ROW, pipeline_of_defaults

TOPIC = TopicIdentity("cluster", "readings", "0")


def merged(
    folder: Path, payloads: list[bytes], *, typed: bool
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return rows by key, and the details of dead letters, after payloads were merged."""
    pipeline = pipeline_of_defaults(folder / "readings")
    settings = Settings(paths=Paths(folder, folder), pipeline=pipeline, schema="iot")
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        warehouse.merge()
        warehouse.register_partitions(TOPIC, {0: 0})
        decoded = json_decoder(pipeline).decode(payloads)
        assert not typed or not decoded.rejected
        warehouse.write_batch(
            RawBatch(
                TOPIC,
                datetime(2026, 1, 1, tzinfo=UTC),
                [0] * len(payloads),
                range(len(payloads)),
                payloads,
                (),
                [OffsetAdvance(0, 0, len(payloads))],
                columns=decoded.columns if typed else None,
            )
        )
        warehouse.merge()
        rows = warehouse._db.rows(f"SELECT id, {', '.join(ROW)} FROM iot.readings")
        letters = [letter.detail for letter in warehouse.dead_letters()]
        found = {key: dict(zip(ROW, values, strict=True)) for key, *values in rows}
        for row in found.values():
            row["tags"] = json.loads(row["tags"])
        return found, letters
    finally:
        warehouse.close()


@pytest.mark.parametrize("typed", [True, False], ids=["columns", "payloads"])
def test_what_is_absent_or_null_has_its_default(typed: bool, tmp_path: Path) -> None:
    rows, letters = merged(tmp_path, EVENTS, typed=typed)
    assert rows["bare"] == rows["nulls"] == rows["inner"] == ROW
    assert all(rows["full"][name] != value for name, value in ROW.items())
    assert rows["full"]["note"] == ""
    assert letters == []


def test_what_does_not_cast_is_put_aside_and_gets_no_default(tmp_path: Path) -> None:
    rows, letters = merged(tmp_path, [b'{"id":"odd","many":"two"}', EVENTS[0]], typed=False)
    assert [*rows] == ["bare"]
    assert len(letters) == 1
    assert "many" in letters[0]
