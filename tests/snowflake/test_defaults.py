"""Defaults of fields of every type on Snowflake, by the procedure and by the client."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.config import Settings
from core.config.load import load_settings
from core.consumer.batch import build_batch
from core.consumer.decoders.json_events import json_decoder
from core.doctor.model import DoctorContext
from core.doctor.snowflake import merge_procedure
from core.remedies import SET_UP
from core.warehouse.snowflake.procedure import is_outdated
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.defaults import EVENTS, ROW, pipeline_of_defaults
from tests.support.engine_parity import RECEIVED, Record, StillClock
from tests.support.fakesnow.start import FakeSnowflake

TOPIC = TopicIdentity("cluster-1", "readings", "0")


@pytest.fixture(params=["client", "procedure"])
def warehouse(
    fake: FakeSnowflake, schema: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[SnowflakeWarehouse]:
    """An empty warehouse with the tables of the pipeline; its folder has a query for the test."""
    folder = tmp_path / "readings"
    pipeline_of_defaults(folder)
    columns = ", ".join(["id", *ROW])
    (folder / "snowflake" / "all_rows.sql").write_text(f"SELECT {columns} FROM {{schema}}.{{rows}}")
    environ = fake.environ(schema) | {"SNOW_TRANSFORM": request.param}
    settings = load_settings(environ=environ, pipeline=str(folder))
    opened = SnowflakeWarehouse(replace(settings, timeout_s=5.0, schema=schema), clock=StillClock())
    opened.setup()
    yield opened
    opened.close()


def alike(value: Any, meant: object) -> Any:
    """Return a cell of Snowflake as what it is meant to be."""
    if isinstance(meant, dict):
        return json.loads(value)
    if isinstance(meant, (int, float)) and not isinstance(meant, bool):
        return type(meant)(value)
    return Decimal(value) if isinstance(meant, Decimal) else value


def test_what_is_absent_or_null_has_its_default(warehouse: SnowflakeWarehouse) -> None:
    positions = warehouse.register_partitions(TOPIC, {0: 0})
    records = [Record((0, place), value) for place, value in enumerate(EVENTS)]
    decoder = json_decoder(warehouse._pipeline)
    batch = build_batch(records, TOPIC, positions, RECEIVED, decoder, contiguous_offsets=True)
    warehouse.write_batch(batch.raw)
    assert warehouse.merge().inserted == len(EVENTS)
    found = {key: dict(zip(ROW, rest, strict=True)) for key, *rest in warehouse.rows("all_rows")}
    for key in ("bare", "nulls", "inner"):
        row = {name: alike(found[key][name], meant) for name, meant in ROW.items()}
        row = {
            name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
            for name, value in row.items()
        }
        assert row == ROW, key
    assert found["full"]["word"] == "w"
    assert found["full"]["note"] == ""


def test_the_doctor_tells_of_a_default_that_the_merge_has_not_taken_yet(
    fake: FakeSnowflake, schema: str, tmp_path: Path
) -> None:
    folder = tmp_path / "readings"
    pipeline_of_defaults(folder)

    def opened() -> tuple[Settings, SnowflakeWarehouse]:
        settings = load_settings(environ=fake.environ(schema), pipeline=str(folder))
        used = replace(settings, timeout_s=5.0, schema=schema)
        return used, SnowflakeWarehouse(used, clock=StillClock())

    settings, warehouse = opened()
    with closing(warehouse):
        assert not is_outdated(warehouse, settings)  # no procedure yet
        warehouse.setup()
        assert warehouse.rows("merge_procedure_exists")
        assert not is_outdated(warehouse, settings)
    definition = folder / "pipeline.toml"
    before = definition.read_text()
    bare = 'note = { type = "text", required = false }'
    assert bare in before
    definition.write_text(before.replace(bare, bare[:-2] + ', default = "other" }'))
    settings, warehouse = opened()
    doctor = DoctorContext(settings, StillClock(), patience_s=5.0)
    with closing(warehouse):
        found = merge_procedure(doctor, warehouse)
        assert found is not None
        assert (found.name, found.status) == ("tables", "warn")
        assert found.remedies == (SET_UP,)
        warehouse.setup(again=True)
        assert merge_procedure(doctor, warehouse) is None
