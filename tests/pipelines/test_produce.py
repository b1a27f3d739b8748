"""Producing for pipelines of strangers: replayed byte for byte, made up, broken on purpose."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.consumer.decoders.json_events import json_decoder
from core.errors import ConfigError, InputError, UsageError
from core.pipeline import Pipeline, open_pipeline
from core.producer.csv_records import RejectedRow
from core.producer.opening import open_source
from core.producer.options import ProduceOptions
from core.producer.sources import Source
from tests.pipelines.conftest import SIZE
from tests.pipelines.samples import STREAMS, records

Write = Callable[..., Pipeline]
NOW = "2026-11-28T12:00:00.000Z"
HINTED = """
version = 1
name = "visits"
[topic]
name = "visits"
[tables]
schema = "visits"
events = "visit_events"
rows = "visits"
[event]
key = "id"
time = "at"
type = "kind"
types = ["open", "close"]
[fields]
id = { type = "integer", min = 1, max = 9_000_000_000, hint = { sequence = "70{n}" } }
at = { type = "timestamp(us)", column = "at_" }
kind = { type = "text" }
"who.name" = { type = "text", hint = { faker = "name" } }
"who.plan" = { type = "text", hint = { choices = { free = 9.0, paid = 1.0 } } }
"who.site" = { type = "identifier", hint = { reference = "sites" } }
code = { type = "text", pattern = "[A-Z]{2}[0-9]", hint = { choices = ["AB1", "CD2"] } }
size = { type = "decimal(6,2)", min = "-5.25", max = 5, hint = { mean = 1.0, deviation = 9.0 } }
day = { type = "date", min = 2024-01-01, max = 2024-01-03 }
ok = { type = "boolean", required = false }
ratio = { type = "number", min = 0.25, max = 0.75 }
ref = { type = "uuid" }
more = { type = "json", required = false }
[references.sites]
file = "sites.csv"
key = "id"
field = "who.site"
columns = { id = { type = "identifier", required = true } }
"""


def opened(pipeline: Pipeline, told: list[RejectedRow] | None = None, **options: object) -> Source:
    made = ProduceOptions(pipeline=pipeline, **options)  # type: ignore[arg-type]
    return open_source(made, SystemClock(), (told if told is not None else []).append)


def taken(source: Source, most: int) -> list[tuple[bytes, bytes | None]]:
    """Return as many events as there are, and close the source."""
    sent: list[tuple[bytes, bytes | None]] = []
    with closing(source):
        while len(sent) < most and (rows := source.take(min(most - len(sent), 97))) is not None:
            sent += zip(*source.format.encode(rows, NOW), strict=True)
    return sent


@pytest.fixture
def visits(tmp_path: Path) -> Pipeline:
    (tmp_path / "pipeline.toml").write_text(HINTED)
    (tmp_path / "sites.csv").write_text("id,name\nNORTH,a\nSOUTH,b\n")
    return open_pipeline(str(tmp_path))


@pytest.mark.parametrize("name", STREAMS)
def test_json_lines_go_out_as_they_are(written: Write, tmp_path: Path, name: str) -> None:
    pipeline = written(name)
    source = opened(pipeline, input=tmp_path / f"{name}.jsonl")
    sent = taken(source, 100_000)
    lines = [value for _key, value in records(name, SIZE) if value is not None]
    assert [value for _key, value in sent] == lines
    read = json_decoder(pipeline).read
    good = json_decoder(pipeline).decode([value for _key, value in sent]).good
    assert all(sent[place][0] == read(sent[place][1]).key for place in good)


def test_lines_that_are_no_events_are_rejected_with_their_number(
    visits: Pipeline, tmp_path: Path
) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_bytes(b'{"id":1}\nnot json\n\n{"who":{}}\n{"id":2}')
    told: list[RejectedRow] = []
    assert taken(opened(visits, told, input=file), 10) == [
        (b"1", b'{"id":1}'),
        (b"2", b'{"id":2}'),
    ]
    assert [row.line for row in told] == [2, 4]


@pytest.mark.parametrize("name", STREAMS)
def test_made_up_events_are_valid(written: Write, tmp_path: Path, name: str) -> None:
    pipeline = written(name)
    values = taken(opened(pipeline, mode="stream", input=tmp_path, seed=7), 300)
    decoded = json_decoder(pipeline).decode([value for _key, value in values])
    assert decoded.rejected == []
    assert len({key for key, _value in values}) == 300


def test_hints_are_followed(visits: Pipeline, tmp_path: Path) -> None:
    values = taken(opened(visits, mode="stream", input=tmp_path, seed=7), 400)
    assert json_decoder(visits).decode([value for _key, value in values]).rejected == []
    events = [json.loads(value or b"") for _key, value in values]
    assert [event["id"] for event in events] == [int(f"70{n}") for n in range(1, 401)]
    assert {event["who"]["site"] for event in events} == {"NORTH", "SOUTH"}
    assert {event["code"] for event in events} == {"AB1", "CD2"}
    paid = sum(event["who"]["plan"] == "paid" for event in events)
    assert 15 < paid < 80
    assert {event["kind"] for event in events} == {"open", "close"}
    assert {event["day"] for event in events} == {"2024-01-01", "2024-01-02", "2024-01-03"}
    assert {event["ok"] for event in events} == {True, False, None}
    assert events[0]["at"] == 1_795_867_200_000_000


@pytest.mark.parametrize(
    "kind",
    [
        'type = "decimal(38,38)", min = 0',
        'type = "decimal(30,10)", max = "-99999999999999999999.9999999999"',
        'type = "number", min = 1e-7, max = 2e-7',
        'type = "integer", min = 9223372036854775806',
        'type = "integer", min = -3, max = -3',
    ],
)
def test_numbers_within_any_bounds_are_made(tmp_path: Path, kind: str) -> None:
    text = HINTED.replace('type = "number", min = 0.25, max = 0.75', kind)
    (tmp_path / "pipeline.toml").write_text(text)
    (tmp_path / "sites.csv").write_text("id\nA\n")
    pipeline = open_pipeline(str(tmp_path))
    values = taken(opened(pipeline, mode="stream", input=tmp_path, seed=5), 50)
    assert json_decoder(pipeline).decode([value for _key, value in values]).rejected == []
    none = text.replace(kind, 'type = "integer", min = "0.2", max = "0.4"')
    (tmp_path / "pipeline.toml").write_text(none)
    with pytest.raises(ConfigError, match=r"fields\.ratio: no number"):
        opened(open_pipeline(str(tmp_path)), mode="stream", input=tmp_path)


def test_one_seed_makes_the_same_values(visits: Pipeline, tmp_path: Path) -> None:
    first, second = (
        taken(opened(visits, mode="stream", input=tmp_path, seed=3), 50) for _run in range(2)
    )
    assert first == second


def test_rows_of_csv_become_events(visits: Pipeline, tmp_path: Path) -> None:
    text = io.StringIO()
    rows = csv.writer(text)
    names = [
        "id",
        "kind",
        "who.name",
        "who.plan",
        "who.site",
        "code",
        "size",
        "day",
        "ratio",
        "ref",
    ]
    rows.writerow([*names, "ok"])
    plain = ["open", "A, B", "free", "NORTH", "AB1", "1.50", "2024-01-02", "0.5"]
    rows.writerow(["5", *plain, "123e4567-e89b-12d3-a456-426614174000", "true"])
    rows.writerow(["x", *plain, "123e4567-e89b-12d3-a456-426614174000", ""])
    (tmp_path / "visits.csv").write_text(text.getvalue())
    told: list[RejectedRow] = []
    ((key, value),) = taken(opened(visits, told, input=tmp_path), 10)
    event = json_decoder(visits).read(value)
    assert (key, event.key) == (b"5", b"5")
    assert event.values["who.name"] == "A, B"
    assert event.values["ok"] is True
    assert [row.line for row in told] == [3]
    assert "id" in told[0].reason


@pytest.mark.parametrize("name", STREAMS)
def test_broken_events_are_refused_for_the_reason_that_was_meant(
    written: Write, tmp_path: Path, name: str
) -> None:
    pipeline = written(name)
    source = opened(pipeline, mode="stream", input=tmp_path, seed=1)
    rows = source.take(80)
    assert rows is not None
    import numpy as np

    names = [f"POISON_{number}" for number in range(80)]
    broken, reasons = source.format.poisoned(rows, names, np.random.default_rng(1))
    keys, values = source.format.encode(broken, NOW)
    assert keys == [name.encode() for name in names]
    sent = [
        source.format.broken(value, reason) for value, reason in zip(values, reasons, strict=True)
    ]
    refused = json_decoder(pipeline).decode(sent).rejected
    assert [one.reason for one in refused] == list(reasons)


def test_what_cannot_be_made_is_said_at_once(visits: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--late"):
        opened(visits, input=tmp_path, late=0.1)
    with pytest.raises(InputError, match=r"visits\.csv, visits\.jsonl, visits\.ndjson"):
        opened(visits, input=tmp_path)
    (tmp_path / "sites.csv").write_text("id\n")
    with pytest.raises(InputError, match="no row has a id"):
        opened(visits, mode="stream", input=tmp_path)
    (tmp_path / "pipeline.toml").write_text(HINTED.replace('"sites" }', '"places" }'))
    with pytest.raises(ConfigError, match="places, which is none of"):
        opened(open_pipeline(str(tmp_path)), mode="stream", input=tmp_path)
    text = HINTED.replace(', hint = { choices = ["AB1", "CD2"] }', "")
    (tmp_path / "pipeline.toml").write_text(text)
    (tmp_path / "sites.csv").write_text("id\nA\n")
    with pytest.raises(ConfigError, match=r"fields\.code: no value can be made up"):
        opened(open_pipeline(str(tmp_path)), mode="stream", input=tmp_path)
