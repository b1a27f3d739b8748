"""Reference tables made from a definition alone: the same rows on both warehouses, and a check."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Paths, Settings
from core.config.load import load_settings
from core.jobs import init
from core.jobs.base import JobContext
from core.pipeline import Pipeline, open_pipeline
from core.pipeline.reference_csv import read_reference
from core.validation import validate
from core.validation.model import CheckResult, Status
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.pipelines.samples import records
from tests.snowflake.test_foreign import alike, consume
from tests.support.engine_parity import RECEIVED, StillClock
from tests.support.fakesnow.start import FakeSnowflake

DEVICES = """
[references.devices]
file = "devices.csv"
key = "id"
field = "device.id"
[references.devices.columns]
id = { type = "identifier" }
floor = { type = "integer" }
gain = { type = "decimal(6,3)", required = true }
drift = { type = "number" }
active = { type = "boolean" }
since = { type = "date" }
seen = { type = "timestamp" }
made = { type = "timestamp(ms)" }
more = { type = "json" }
[references.models]
file = "models.csv"
key = "id"
columns = { id = { type = "text" } }
"""
HEADER = "id,floor,gain,drift,active,since,seen,made,more\n"
ALL = f"SELECT {HEADER.strip()} FROM {{schema}}.devices ORDER BY 1"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    file = tmp_path / "sample.jsonl"
    file.write_bytes(b"".join(value + b"\n" for _key, value in records("iot", 300)))
    folder = tmp_path / "iot"
    options = init.Options(name=str(folder), from_file=file)
    init.run(JobContext(Settings(paths=Paths(data=tmp_path))), options)
    with (folder / "pipeline.toml").open("a") as text:
        text.write(DEVICES)
    (folder / "shared" / "all_devices.sql").write_text(ALL)
    (folder / "shared" / "all_models.sql").write_text("SELECT id FROM {schema}.models ORDER BY 1")
    return open_pipeline(str(folder))


@pytest.fixture
def both(
    fake: FakeSnowflake, schema: str, tmp_path: Path, pipeline: Pipeline
) -> Iterator[tuple[Warehouse, Warehouse]]:
    """An empty warehouse of each kind, with the pipeline's tables."""
    clock = StillClock()
    settings = load_settings(environ=fake.environ(schema), pipeline=pipeline.where)
    duck = DuckDbWarehouse(Settings(paths=Paths(data=tmp_path), pipeline=pipeline), clock=clock)
    snow = SnowflakeWarehouse(replace(settings, timeout_s=5.0, schema=schema), clock=clock)
    snow.setup()
    yield duck, snow
    snow.close()
    duck.close()


def integrity(warehouse: Warehouse, pipeline: Pipeline) -> CheckResult:
    limits = load_settings(environ={}, pipeline=pipeline.where).thresholds
    result = validate(warehouse, limits, now=RECEIVED, broker_view=None, pipeline=pipeline)
    return result.check("referential_integrity")


def test_any_definition_s_tables_are_made_loaded_and_checked(
    both: tuple[Warehouse, Warehouse], pipeline: Pipeline, tmp_path: Path
) -> None:
    full = (
        "2,1.5,1e-3,TRUE,2024-02-29,2024-05-17T09:30:00.25+02:00,1715938200123,"
        '"{""a"": [1.50, null]}"\n'
    )
    (tmp_path / "devices.csv").write_text(
        HEADER + "dev-000," + full + "".join(f"dev-{n:03d},,0,,,,,,\n" for n in range(1, 39))
    )
    (tmp_path / "models.csv").write_text("id\nTH-1\nTH-2\n")
    rows = []
    for warehouse in both:
        for _time in range(2):
            for table, count in (("devices", 39), ("models", 2)):
                found = read_reference(pipeline, table, tmp_path)
                assert warehouse.load_table(table, found) == count
        rows.append([tuple(map(alike, row)) for row in warehouse.rows("all_devices")])
        assert warehouse.rows("all_models") == [("TH-1",), ("TH-2",)]
    assert rows[0] == rows[1]
    assert [str(cell) for cell in rows[0][0]] == [
        "dev-000",
        "2",
        "1.5",
        "0.001",
        "True",
        "2024-02-29",
        "2024-05-17 07:30:00.250000",
        "2024-05-17 09:30:00.123000",
        "{'a': [1.5, None]}",
    ]
    assert rows[0][1] == ("dev-001", None, "0", *[None] * 6)
    checks = []
    for warehouse in both:
        consume(warehouse, pipeline, 0, 300)
        warehouse.merge()
        checks.append(integrity(warehouse, pipeline))
    first, second = (replace(check, elapsed_s=0) for check in checks)
    assert first == second
    assert first.figures["without_devices"] == sum(
        b'"dev-039"' in value for _key, value in records("iot", 300)
    )
    assert {row["devices"] for row in first.rows} == {"dev-039"}
    assert (tmp_path / "devices.csv").write_text(HEADER + "dev-039,9,1,,,,,,\n")
    for warehouse in both:
        found = read_reference(pipeline, "devices", tmp_path)
        assert warehouse.load_table("devices", found) == 40
        assert integrity(warehouse, pipeline).status is Status.PASS
