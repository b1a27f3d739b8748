"""`init` in this process, and a warehouse of the pipeline that it wrote."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Settings
from core.consumer.decoders.json_events import json_decoder
from core.jobs import init
from core.jobs.base import JobContext
from core.jobs.init_result import InitResult
from core.pipeline import Pipeline, open_pipeline
from core.text import use_language
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.pipelines.samples import Record, records

Init = Callable[..., InitResult]
SIZE = 600


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


@pytest.fixture
def init_job(settings: Settings) -> Init:
    """Run `init` with its options."""

    def run(**options: object) -> InitResult:
        made = init.Options(**{"sample": 10_000, **options})  # type: ignore[arg-type]
        result = init.run(JobContext(settings), made)
        assert isinstance(result, InitResult)
        return result

    return run


@pytest.fixture
def written(tmp_path: Path, init_job: Init) -> Callable[..., Pipeline]:
    """Write the folder for a stream, from a file of its payloads, and open it."""

    def write(name: str, size: int = SIZE, **options: object) -> Pipeline:
        file = tmp_path / f"{name}.jsonl"
        file.write_bytes(b"".join(value + b"\n" for _key, value in records(name, size) if value))
        folder = tmp_path / name
        init_job(name=str(folder), from_file=file, **options)
        return open_pipeline(str(folder))

    return write


@contextmanager
def warehouse_of(pipeline: Pipeline, settings: Settings) -> Iterator[DuckDbWarehouse]:
    """Yield the warehouse of a pipeline, with its tables made."""
    schema = pipeline.definition.tables.db_schema
    own = replace(settings, pipeline=pipeline, schema=schema)
    opened = DuckDbWarehouse(own, clock=SystemClock())
    try:
        yield opened
    finally:
        opened.close()


def store(
    warehouse: DuckDbWarehouse, pipeline: Pipeline, stream: list[Record], topic: str = "foreign"
) -> None:
    """Store records as the next events of partition 0, also what the consumer would refuse."""
    identity = TopicIdentity("cluster", topic, "0")
    start = warehouse.register_partitions(identity, {0: 0})[0]
    decoder = json_decoder(pipeline)
    payloads = [decoder.tombstone(key) if value is None else value for key, value in stream]
    types = [decoder.read(one).type for one in payloads] if pipeline.definition.deletes else ""
    warehouse.write_batch(
        RawBatch(
            identity,
            datetime.now(UTC),
            [0] * len(stream),
            range(start, start + len(stream)),
            [payload or b"" for payload in payloads],
            [],
            [OffsetAdvance(0, start, start + len(stream))],
            event_types=types,
        )
    )


def rows_of(warehouse: DuckDbWarehouse, pipeline: Pipeline) -> dict[Any, dict[str, Any]]:
    """The rows of a pipeline by their key, without the columns of the engine."""
    definition = pipeline.definition
    fields = {
        column: field.type.kind
        for path, field in definition.fields.items()
        if (column := field.column_at(path)) is not None
    }
    names = ", ".join(fields)
    schema = f"{definition.tables.db_schema}.{definition.tables.rows}"
    found = {}
    for values in warehouse._db.rows(f"SELECT {names} FROM {schema}", []):
        row = dict(zip(fields, values, strict=True))
        for column, kind in fields.items():
            if kind == "json" and row[column] is not None:
                row[column] = json.loads(row[column])
        found[row[definition.key_column]] = row
    return found
