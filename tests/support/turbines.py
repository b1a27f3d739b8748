"""A small pipeline that has nothing of orders: readings of wind turbines, KPIs of each kind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from core.clock import SystemClock
from core.config import Settings
from core.kpis.model import Value
from core.pipeline import Pipeline, open_pipeline
from core.pipeline.read import read_definition
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.moments import NOW

DEFINITION = """\
version = 1
name = "turbines"

[topic]
name = "wind.readings"

[tables]
schema = "wind"
events = "reading_events"
rows = "readings"

[event]
key = "id"
time = "at"

[fields]
id = { type = "uuid" }
at = { type = "timestamp(ms)", column = "measured_at" }
turbine = { type = "identifier" }

[[kpis]]
name = "totals"
show = "figures"
query = "kpi_totals"
parameters = ["as_of"]
columns = [
    { name = "readings", type = "integer", label = { en = "readings", fr = "relevés" } },
    { name = "energy", type = "number", unit = "kWh" },
    { name = "fees", type = "money", unit = "CHF" },
    { name = "tariff", type = "decimal", unit = "CHF/kWh" },
    { name = "failures", type = "integer", previous = "failures_before", rising = "bad" },
    { name = "failures_before", type = "integer", hidden = true },
    { name = "newest", type = "timestamp", label = "newest reading" },
    { name = "as_of", type = "timestamp", hidden = true },
]

[[kpis]]
name = "best_turbines"
show = "top"
query = "kpi_best"
bar = "energy"
lead = "site"
columns = [
    { name = "turbine", hidden = true },
    { name = "site" },
    { name = "energy", type = "number", unit = "kWh" },
    { name = "readings", type = "integer" },
]

[[kpis]]
name = "states"
show = "split"
query = "kpi_states"
bar = "readings"
columns = [{ name = "state" }, { name = "readings", type = "integer" }]

[[kpis]]
name = "wind_by_day"
show = "series"
query = "kpi_by_day"
parameters = ["days"]
bar = "wind"
in_result = false
title = { en = "mean wind in m/s", fr = "vent moyen en m/s" }
columns = [
    { name = "day", type = "date" },
    { name = "wind", type = "number", unit = "m/s" },
    { name = "readings", type = "integer" },
]

[[kpis]]
name = "latest"
show = "recent"
query = "kpi_latest"
title = "latest readings"
columns = [
    { name = "turbine" },
    { name = "wind", type = "number", unit = "m/s" },
    { name = "energy", type = "number", unit = "kWh" },
    { name = "valid", type = "boolean" },
    { name = "measured_at", type = "timestamp", label = { en = "time", fr = "heure" } },
]
"""
TABLES = """
CREATE TABLE IF NOT EXISTS {schema}.readings (
    id UUID, measured_at TIMESTAMPTZ, turbine VARCHAR, site VARCHAR, state VARCHAR,
    wind DOUBLE, energy DOUBLE, fee DECIMAL(12, 4), valid BOOLEAN,
    ingested_at TIMESTAMP
);
"""
QUERIES = {
    "kpi_totals": """
        SELECT COUNT(*), SUM(energy), SUM(fee), CAST(0.125 AS DECIMAL(9, 4)),
            COUNT(*) FILTER (state = 'down'), 2, MAX(measured_at),
            COALESCE(CAST(? AS TIMESTAMP), CAST(MAX(measured_at) AS TIMESTAMP))
        FROM {schema}.{rows}""",
    "kpi_best": """
        SELECT turbine, MIN(site), SUM(energy), COUNT(*) FROM {schema}.{rows}
        GROUP BY turbine ORDER BY 3 DESC LIMIT 3""",
    "kpi_states": "SELECT state, COUNT(*) FROM {schema}.{rows} GROUP BY state ORDER BY state",
    "kpi_by_day": """
        SELECT CAST(measured_at AS DATE) AS day, AVG(wind), COUNT(*) FROM {schema}.{rows}
        WHERE CAST(? AS INTEGER) > 0 GROUP BY day ORDER BY day""",
    "kpi_latest": """
        SELECT turbine, wind, energy, valid, measured_at FROM {schema}.{rows}
        ORDER BY measured_at DESC LIMIT 20""",
}
ROWS = (
    "(TIMESTAMPTZ '2026-03-01 10:00:00+02', 'T1', 'Quai Nord', 'up', 7.25, 410.5, 0.1050, TRUE)",
    "(TIMESTAMPTZ '2026-03-01 12:00:00+02', 'T2', NULL, 'up', 8.0, 900.25, 0.2000, TRUE)",
    "(TIMESTAMPTZ '2026-03-04 10:30:00+02', 'T2', NULL, 'down', NULL, 0, 1234567.0000, FALSE)",
    "(TIMESTAMPTZ '2026-03-04 10:31:00+02', 'T1', 'Quai Nord', NULL, 'NaN', 12, NULL, NULL)",
)

KPIS = {kpi.name: kpi for kpi in read_definition(DEFINITION, "p.toml").kpis}
KPI_ROWS: dict[str, Sequence[tuple[Value, ...]]] = {
    "totals": [(128_404, 913_422.75, Decimal("12.30"), Decimal("0.1250"), 9, 4, NOW, NOW)],
    "best_turbines": [
        (f"T{n}", None if n == 1 else f"Quai {n}", 900.25 - n * 100, 20 + n) for n in range(3)
    ],
    "states": [("down", 1), ("up", 20), (None, 3)],
    "wind_by_day": [
        (date(2026, 1, 1) + timedelta(days=n), None if n == 7 else 7.5 + n % 5, 3)
        for n in range(40)
    ],
    "latest": [
        (f"T{n % 4}", 7.25 + n, 100.0 * n, n % 3 == 0, NOW - timedelta(minutes=n))
        for n in range(20)
    ],
}
"""What its KPIs return, by their names."""


def folder(where: Path, text: str = DEFINITION, **queries: str) -> Pipeline:
    """Write the pipeline into a folder and open it; queries: in place of those of that name."""
    shared = where / "shared"
    shared.mkdir(parents=True)
    (where / "pipeline.toml").write_text(text)
    for name, query in {**QUERIES, "tables": TABLES, **queries}.items():
        (shared / f"{name}.sql").write_text(query)
    return open_pipeline(str(where))


@contextmanager
def warehouse(
    settings: Settings, pipeline: Pipeline, rows: tuple[str, ...] = ROWS
) -> Iterator[DuckDbWarehouse]:
    """Open a warehouse of the pipeline that holds rows."""
    settings = replace(settings, pipeline=pipeline, schema=pipeline.definition.tables.db_schema)
    opened = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        cursor = opened._db.cursor()
        for row in rows:
            cursor.execute(
                "INSERT INTO wind.readings "
                f"SELECT uuid(), *, TIMESTAMP '2026-03-05 12:00:00' FROM (VALUES {row})"
            )
        yield opened
    finally:
        opened.close()
