"""Pipelines that are not of orders, on DuckDB and on Snowflake: the same rows, proven the same way.

Each folder is written by `init` from records of a stranger; the procedure and the client's own
statements both merge it.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.config import Paths, Settings
from core.config.load import load_settings
from core.consumer.batch import build_batch
from core.consumer.decoders.json_events import json_decoder
from core.jobs import init
from core.jobs.base import JobContext
from core.operations.inspect import MergeRun
from core.pipeline import Pipeline, open_pipeline
from core.validation import validate
from core.validation.model import Status
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import MergeResult
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.pipelines.oracle import newest
from tests.pipelines.samples import STREAMS, records
from tests.pipelines.test_deletes import Stream, change
from tests.pipelines.test_types import with_views
from tests.support.engine_parity import RECEIVED, Record, StillClock
from tests.support.fakesnow.start import FakeSnowflake

SIZE = 300
TOPIC = TopicIdentity("cluster-1", "foreign", "0")


@pytest.fixture(params=STREAMS)
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Pipeline:
    """The folder that `init` writes for a stream."""
    file = tmp_path / "sample.jsonl"
    file.write_bytes(
        b"".join(value + b"\n" for _key, value in records(request.param, SIZE) if value)
    )
    folder = tmp_path / request.param
    options = init.Options(name=str(folder), from_file=file)
    init.run(JobContext(Settings(paths=Paths(data=tmp_path))), options)
    return open_pipeline(str(folder))


@pytest.fixture(params=["client", "procedure"])
def both(
    fake: FakeSnowflake,
    schema: str,
    tmp_path: Path,
    pipeline: Pipeline,
    request: pytest.FixtureRequest,
) -> Iterator[tuple[Warehouse, Warehouse]]:
    """An empty warehouse of each kind, with the pipeline's tables."""
    clock = StillClock()
    environ = fake.environ(schema) | {"SNOW_TRANSFORM": request.param}
    settings = replace(
        load_settings(environ=environ, pipeline=pipeline.where), timeout_s=5.0, schema=schema
    )
    duck = DuckDbWarehouse(Settings(paths=Paths(data=tmp_path), pipeline=pipeline), clock=clock)
    snow = SnowflakeWarehouse(settings, clock=clock)
    snow.setup()
    yield duck, snow
    snow.close()
    duck.close()


def consume(
    warehouse: Warehouse, pipeline: Pipeline, start: int, end: int, given: Stream | None = None
) -> None:
    """Store a part of a stream, that of the samples unless one is given, as the consumer would."""
    stream = (given or records(pipeline.name, SIZE))[start:end]
    messages = [Record((0, start + place), value, key) for place, (key, value) in enumerate(stream)]
    decoder = json_decoder(pipeline)
    positions = warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(
        build_batch(messages, TOPIC, positions, RECEIVED, decoder, contiguous_offsets=True).raw
    )


def rows_of(warehouse: Warehouse, pipeline: Pipeline) -> list[tuple[Any, ...]]:
    """The newest rows as the pipeline shows them."""
    (recent,) = [kpi for kpi in pipeline.definition.kpis if kpi.show == "recent"]
    return [tuple(map(alike, row)) for row in warehouse.rows(recent.query)]


def alike(cell: Any) -> Any:
    """A cell as both engines mean it."""
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return format(Decimal(str(cell)).normalize(), "f")
    return json.loads(cell) if isinstance(cell, str) and cell[:1] in "[{" else cell


def test_both_hold_the_same_rows_and_prove_them(
    both: tuple[Warehouse, Warehouse], pipeline: Pipeline
) -> None:
    duck, snow = both
    merged = []
    for warehouse in both:
        total = None
        for start, end in ((0, SIZE // 2), (SIZE // 2, SIZE)):
            consume(warehouse, pipeline, start, end)
            run = warehouse.merge()
            total = run if total is None else total.plus(run)
        merged.append(total)
    for name in ("inserted", "updated", "deleted", "stale", "quarantined"):
        assert getattr(merged[0], name) == getattr(merged[1], name), name
    assert duck.rows("count_rows") == [(int(row[0]),) for row in snow.rows("count_rows")]
    assert rows_of(duck, pipeline) == rows_of(snow, pipeline)
    letters = [
        sorted((one.event_id, one.reason, one.detail, one.payload) for one in store.dead_letters())
        for store in both
    ]
    assert letters[0] == letters[1]


def runs_of(warehouse: Warehouse) -> list[MergeRun]:
    """The log of merges."""
    return [MergeRun(*row) for row in warehouse.rows("inspect_runs", [200])]


def test_the_checks_of_snowflake_hold(
    both: tuple[Warehouse, Warehouse], pipeline: Pipeline
) -> None:
    _duck, snow = both
    consume(snow, pipeline, 0, SIZE)
    snow.merge()
    limits = load_settings(environ={}, pipeline=pipeline.where)
    result = validate(
        snow,
        limits.thresholds,
        now=RECEIVED,
        broker_view=None,
        pipeline=pipeline,
    )
    found = {check.name: (check.status, check.message) for check in result.checks}
    for name in ("raw_vs_prod_counts", "duplicates", "content", "schema"):
        assert found[name][0] is Status.PASS, found


@pytest.mark.parametrize("pipeline", ["accounts"], indirect=True)
def test_deletes_in_any_order_leave_the_same_rows_in_both(
    both: tuple[Warehouse, Warehouse], pipeline: Pipeline
) -> None:
    draw = random.Random(11)
    kinds = ["c", "u", "u", "d", "tombstone"]
    stream = [
        change(draw.choice(kinds), draw.randrange(6), draw.randrange(1, 30), f"{place}")
        for place in range(90)
    ]
    totals = []
    for warehouse in both:
        total = MergeResult()
        for start in range(0, len(stream), 18):
            consume(warehouse, pipeline, start, start + 18, stream)
            total = total.plus(warehouse.merge())
        totals.append(total)
    for name in ("taken", "inserted", "updated", "deleted", "stale"):
        assert getattr(totals[0], name) == getattr(totals[1], name), name
    for name in ("inserted", "updated", "deleted", "stale"):
        logged = [sum(getattr(run, name) for run in runs_of(store)) for store in both]
        assert logged == [getattr(totals[0], name)] * 2, name
    assert totals[0].deleted > 3
    duck, snow = both
    assert rows_of(duck, pipeline) == rows_of(snow, pipeline)
    left = newest("accounts", stream)
    assert {row[0] for row in rows_of(snow, pipeline)} == {str(key) for key in left}
    assert duck.rows("count_rows") == [(len(left),)]


@pytest.mark.parametrize("pipeline", ["accounts"], indirect=True)
def test_a_log_that_told_no_deletes_is_completed_by_setup(
    both: tuple[Warehouse, Warehouse], pipeline: Pipeline
) -> None:
    _duck, snow = both
    assert isinstance(snow, SnowflakeWarehouse)
    consume(snow, pipeline, 0, SIZE // 2)
    snow.merge()
    log = f"{snow._identifiers.schema}.transform_runs"
    snow._sessions.mine().run(f"ALTER TABLE {log} DROP COLUMN deleted")
    limits = load_settings(environ={}, pipeline=pipeline.where)
    told = validate(snow, limits.thresholds, now=RECEIVED, broker_view=None, pipeline=pipeline)
    (schema,) = [check for check in told.checks if check.name == "schema"]
    assert schema.figures["missing_columns"] == ["transform_runs.deleted"]
    assert [step.denied for step in snow.setup()] == [0] * 5
    consume(snow, pipeline, SIZE // 2, SIZE)
    second = snow.merge()
    assert second.deleted > 0
    assert {run.deleted for run in runs_of(snow)} == {0, second.deleted}


@pytest.mark.parametrize("pipeline", ["repository"], indirect=True)
def test_a_view_of_the_folder_is_a_table_of_one_type(
    fake: FakeSnowflake, schema: str, pipeline: Pipeline
) -> None:
    viewed = with_views(Path(pipeline.where), "snowflake")
    loaded = load_settings(environ=fake.environ(schema), pipeline=viewed.where)
    snow = SnowflakeWarehouse(replace(loaded, timeout_s=5.0), clock=StillClock())
    snow.setup()
    consume(snow, viewed, 0, SIZE)
    snow.merge()
    found = snow._sessions.mine().run(f"SELECT id, size FROM {snow._identifiers.schema}.pushes")
    wanted = newest("repository", records("repository", SIZE)).values()
    assert {(row[0], int(row[1])) for row in found} == {
        (row["id"], row["payload_"]["size"]) for row in wanted if row["type"] == "PushEvent"
    }
    assert [one for one in snow.columns() if one.found != one.expected] == []
    snow.close()
