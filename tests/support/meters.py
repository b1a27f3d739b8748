"""A small pipeline that has nothing to do with orders: readings of electricity meters."""

from collections.abc import Mapping
from pathlib import Path

DEFINITION = """\
version = 1
name = "meters"
title = { en = "Meters", fr = "Compteurs" }

[topic]
name = "iot.meters"

[tables]
schema = "iot"
events = "meter_events"
rows = "meters"

[row]
name = "meter"
one = { en = "meter", fr = "compteur" }
many = { en = "meters", fr = "compteurs" }

[event]
key = "device.id"
time = "at"

[fields]
"device.id" = { type = "identifier", column = "id" }
"device.site" = { type = "text", required = false, column = "site" }
at = { type = "timestamp(ms)", column = "measured_at" }
kwh = { type = "decimal(12,3)" }
battery = { type = "integer", required = false, column = false }
extra = { type = "json", required = false, column = false }

[references.sites]
file = "sites.csv"
key = "id"
field = "device.site"
columns = { id = { type = "identifier", required = true }, city = { type = "text" } }

[thresholds]
kwh_max = { default = 100, above = 0, label = "highest plausible reading" }
high_warn = { default = 0.1, max = 1 }
high_fail = { default = 0.5, max = 1 }
oldest_days = { default = 30, type = "integer", min = 1, max = 365 }

[[checks]]
name = "plausible"
query = "check_plausible"
rows = "check_plausible_rows"
row_keys = ["meter", "kwh"]
parameters = ["kwh_max"]
passed = { en = "every reading is plausible", fr = "chaque relevé est plausible" }

[[checks.figures]]
name = "meters"

[[checks.figures]]
name = "high"
of = "meters"
share = "high_share"
warn = "high_warn"
fail = "high_fail"
label = { en = "readings too high", fr = "relevés trop élevés" }

[[checks.figures]]
name = "negative"
severity = "fail"
label = "negative readings"

[[checks]]
name = "sites_known"
query = "check_sites"
parameters = ["tomorrow"]
failed = "sites are wrong: {list}"
figures = [
    { name = "meters", table = "meters" },
    { name = "sites", table = "sites" },
    { name = "without_site", severity = "warn" },
    { name = "in_future", severity = "warn" },
]
"""

SQL: Mapping[str, str] = {
    "duckdb/tables": """\
CREATE TABLE IF NOT EXISTS {schema}.{rows} (
    id           VARCHAR NOT NULL,
    site         VARCHAR,
    measured_at  TIMESTAMP NOT NULL,
    kwh          DECIMAL(12, 3) NOT NULL,
    ingested_at  TIMESTAMP NOT NULL,
    kafka_offset BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS {schema}.sites (id VARCHAR NOT NULL, city VARCHAR);
""",
    "duckdb/merge_cast": """\
CREATE OR REPLACE TEMP TABLE merge_cast AS
SELECT
    seq, event_id, created_at, source_id, kafka_partition, kafka_offset,
    json_extract_string(payload, '$.device.id') AS id,
    json_extract_string(payload, '$.device.site') AS site,
    make_timestamp(1000 * CAST(payload -> '$.at' AS BIGINT)) AS measured_at,
    TRY_CAST(json_extract_string(payload, '$.kwh') AS DECIMAL(12, 3)) AS kwh,
    kwh IS NOT NULL AS usable,
    CASE WHEN usable THEN '' ELSE 'kwh' END AS unusable
FROM {schema}.{events}
WHERE seq > ? AND seq <= ?
""",
    "duckdb/merge_reduce": """\
DELETE FROM merge_cast WHERE seq IN (
    SELECT seq FROM merge_cast
    WHERE usable
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY measured_at DESC, kafka_offset DESC) > 1
)
""",
    "duckdb/merge_rows": """\
MERGE INTO {schema}.{rows} AS target
USING (SELECT * FROM merge_cast WHERE usable) AS source
ON target.id = source.id
WHEN MATCHED AND (source.measured_at, source.kafka_offset) > (
    target.measured_at, target.kafka_offset
)
THEN UPDATE SET
    site = source.site, measured_at = source.measured_at, kwh = source.kwh,
    ingested_at = source.created_at, kafka_offset = source.kafka_offset
WHEN NOT MATCHED THEN INSERT (id, site, measured_at, kwh, ingested_at, kafka_offset)
VALUES (
    source.id, source.site, source.measured_at, source.kwh, source.created_at,
    source.kafka_offset
)
""",
    "shared/validate_duplicates": """\
SELECT '{rows}.{key}' AS key_name, COUNT(*) AS duplicated
FROM (SELECT {key} FROM {schema}.{rows} GROUP BY {key} HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'sites.id', COUNT(*)
FROM (SELECT id FROM {schema}.sites GROUP BY id HAVING COUNT(*) > 1) AS found
""",
    "shared/validate_duplicates_rows": """\
SELECT '{rows}.{key}', {key}, COUNT(*) FROM {schema}.{rows} GROUP BY {key} HAVING COUNT(*) > 1
""",
    "shared/check_plausible": """\
SELECT
    COUNT(*),
    SUM(CASE WHEN kwh > CAST(? AS DECIMAL(18, 3)) THEN 1 ELSE 0 END),
    SUM(CASE WHEN kwh < 0 THEN 1 ELSE 0 END)
FROM {schema}.{rows}
""",
    "shared/check_plausible_rows": """\
SELECT {key}, kwh FROM {schema}.{rows}
WHERE kwh > CAST(? AS DECIMAL(18, 3)) OR kwh < 0
ORDER BY {key}
""",
    "shared/check_sites": """\
SELECT
    COUNT(*),
    (SELECT COUNT(*) FROM {schema}.sites),
    COUNT(site) - SUM(CASE WHEN site IN (SELECT id FROM {schema}.sites) THEN 1 ELSE 0 END),
    SUM(CASE WHEN measured_at > CAST(? AS TIMESTAMP) THEN 1 ELSE 0 END)
FROM {schema}.{rows}
""",
}


def write_meters(folder: Path, changed: Mapping[str, str] | None = None) -> str:
    """Write the pipeline into a folder; return the folder. changed: texts of SQL, by name."""
    folder.mkdir(parents=True)
    (folder / "pipeline.toml").write_text(DEFINITION, encoding="utf-8")
    for name, text in {**SQL, **(changed or {})}.items():
        file = folder / f"{name}.sql"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return str(folder)
