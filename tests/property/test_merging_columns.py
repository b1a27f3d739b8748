"""Merging by typed columns gives what merging by payloads gives, for any pipeline."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.batch import build_batch
from core.consumer.decoders.json_events import json_decoder
from core.jobs import init
from core.jobs.base import JobContext
from core.pipeline import Pipeline, open_pipeline
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.pipelines import samples
from tests.pipelines.samples import STREAMS
from tests.support.any_pipeline import payload
from tests.support.engine_parity import Record
from tests.support.written_sql import drawn_definition, written

TOPIC = TopicIdentity("cluster", "any", "0")
EVENTS = 400
FEW = 2


def merged(pipeline: Pipeline, folder: Path, records: list[Record], *, typed: bool) -> list[Any]:
    """Store and merge records in four batches; return what is in the table, and what merges told.

    typed: by columns; else by payloads.
    """
    settings = Settings(paths=Paths(folder, folder), pipeline=pipeline, schema="s")
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    told = []
    try:
        warehouse.merge()
        for start in range(0, len(records), EVENTS // 4):
            batch = build_batch(
                records[start : start + EVENTS // 4],
                TOPIC,
                warehouse.register_partitions(TOPIC, {0: 0}),
                datetime(2026, 1, 1, tzinfo=UTC),
                json_decoder(pipeline),
                contiguous_offsets=True,
            ).raw
            assert batch.columns is not None
            before = warehouse._columns._rows
            warehouse.write_batch(batch if typed else replace(batch, columns=None))
            waiting = warehouse._columns._rows - before
            assert waiting == (len(batch.payloads) if typed else 0)
            told.append(replace(warehouse.merge(), duration_s=0, delay_s=0))
        rows = warehouse._db.rows(f"SELECT * FROM s.{pipeline.placeholders('duckdb')['versions']}")
        return [told, sorted(map(repr, rows))]
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=[] if seed < FEW else [pytest.mark.slow]) for seed in range(80)],
)
def test_columns_give_the_rows_that_payloads_give(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    made = drawn_definition(chance, deletes=seed % 3 == 2)
    pipeline = written(made, tmp_path / "any")
    values = [payload(chance, made, odd=0.03) for _ in range(EVENTS)]
    keys = [b"A1", b"P_1", b"1", b"2", b"-3", None]
    records = [
        Record((0, offset), value, chance.choice(keys)) for offset, value in enumerate(values)
    ]
    by_columns = merged(pipeline, tmp_path / "columns", records, typed=True)
    by_payloads = merged(pipeline, tmp_path / "payloads", records, typed=False)
    assert by_columns == by_payloads
    assert all(run.quarantined == 0 for run in by_columns[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", STREAMS)
def test_columns_give_the_rows_of_pipelines_of_strangers(name: str, tmp_path: Path) -> None:
    stream = samples.records(name, EVENTS)
    sample = tmp_path / "sample.jsonl"
    sample.write_bytes(b"".join(value + b"\n" for _key, value in stream if value))
    options = init.Options(name=str(tmp_path / name), from_file=sample)
    init.run(JobContext(Settings(paths=Paths(data=tmp_path))), options)
    pipeline = open_pipeline(str(tmp_path / name))
    records = [Record((0, offset), value, key) for offset, (key, value) in enumerate(stream)]
    by_columns = merged(pipeline, tmp_path / "columns", records, typed=True)
    by_payloads = merged(pipeline, tmp_path / "payloads", records, typed=False)
    assert by_columns == by_payloads
    assert len(by_columns[1]) > 50
