"""A pipeline in which a field of every type has a default, and what its columns hold by it."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from core.pipeline import Pipeline, open_pipeline
from core.pipeline.read import read_definition
from tests.support.written_sql import written

TEXT = r"it's a\b ? :started_at; -- $1 %s ''"
PRICE = "1234567890123456789012345678.0123456789"
TAGS = r"""{ "a b" = [1, 2.5, "é\\\"'"], none = false }"""
TOML = f"""\
version = 1
name = "readings"
topic = {{ name = "readings" }}
tables = {{ schema = "iot", events = "reading_events", rows = "readings" }}
event = {{ key = "id" }}

[fields]
id = {{ type = "identifier" }}
word = {{ type = "text", required = false, default = {TEXT!r} }}
site = {{ type = "identifier", required = false, default = "hall-1" }}
"meta.run" = {{ type = "uuid", required = false, default = "123e4567-e89b-12d3-a456-426614174000" }}
many = {{ type = "integer", required = false, default = -9223372036854775808 }}
price = {{ type = "decimal(38,10)", required = false, default = "{PRICE}" }}
rate = {{ type = "number", required = false, default = 0.1 }}
ok = {{ type = "boolean", required = false, default = false }}
since = {{ type = "timestamp", required = false, default = 2024-05-17T11:30:00.123456+02:00 }}
sent = {{ type = "timestamp(ms)", required = false, default = 1715938200123.456 }}
read = {{ type = "timestamp(s)", required = false, default = 2024-05-17T09:30:00Z }}
day = {{ type = "date", required = false, default = 2024-05-17 }}
tags = {{ type = "json", required = false, default = {TAGS} }}
note = {{ type = "text", required = false }}
"""
ROW = {
    "word": TEXT,
    "site": "hall-1",
    "meta_run": "123e4567-e89b-12d3-a456-426614174000",
    "many": -9223372036854775808,
    "price": Decimal(PRICE),
    "rate": 0.1,
    "ok": False,
    "since": datetime(2024, 5, 17, 9, 30, 0, 123456),  # noqa: DTZ001 - naive UTC, as columns are
    "sent": datetime(2024, 5, 17, 9, 30, 0, 123456),  # noqa: DTZ001
    "read": datetime(2024, 5, 17, 9, 30),  # noqa: DTZ001
    "day": date(2024, 5, 17),
    "tags": {"a b": [1, 2.5, "é\\\"'"], "none": False},
    "note": None,
}
"""The columns of an event that has nothing but its key."""
FULL = (
    b'{"id":"full","word":"w","site":"s","meta":{"run":"00000000-0000-0000-0000-000000000000"},'
    b'"many":1,"price":0,"rate":0,"ok":true,"since":"1970-01-01T00:00:00Z","sent":0,"read":0,'
    b'"day":"1970-01-01","tags":[],"note":""}'
)
NULLS = (
    b'{"id":"nulls","word":null,"site":null,"meta":{"run":null},"many":null,"price":null,'
    b'"rate":null,"ok":null,"since":null,"sent":null,"read":null,"day":null,"tags":null}'
)
EVENTS = [b'{"id":"bare"}', NULLS, b'{"id":"inner","meta":null}', FULL]


def pipeline_of_defaults(folder: Path) -> Pipeline:
    """Return that pipeline, opened from a folder with the SQL that `init` writes."""
    written(read_definition(TOML, "pipeline.toml"), folder)
    (folder / "pipeline.toml").write_text(TOML)
    return open_pipeline(str(folder))
