"""Producing for pipelines of strangers: replayed byte for byte, made up, broken on purpose."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from core.clock import SystemClock, iso
from core.config import Settings
from core.consumer.decoders.json_events import json_decoder
from core.errors import ConfigError, InputError, UsageError
from core.pipeline import Pipeline, open_pipeline
from core.pipeline.values import reader_of
from core.producer.fault_injection import FaultInjector, Planned
from core.producer.opening import open_source
from core.producer.options import ProduceOptions
from core.producer.sources import Source
from core.textfiles.csv_records import RejectedRow
from tests.pipelines.conftest import SIZE, rows_of, store, warehouse_of
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
    told: list[RejectedRow] = []
    source = opened(pipeline, told, input=tmp_path / f"{name}.jsonl")
    sent = taken(source, 100_000)
    recorded = [value for _key, value in records(name, SIZE) if value]
    decoder = json_decoder(pipeline)
    good = decoder.decode(recorded).good
    assert [value for _key, value in sent] == [recorded[place] for place in good]
    assert [key for key, _value in sent] == [decoder.read(value).key for _key, value in sent]
    lines = {place + 1 for place in range(len(recorded))} - {place + 1 for place in good}
    assert {row.line for row in told} == lines


def test_a_line_with_a_key_and_no_value_is_a_tombstone(written: Write, tmp_path: Path) -> None:
    """As it was recorded, and in its place among the events."""
    pipeline = written("accounts")
    stream = records("accounts", SIZE)
    lines = [value or b'{"key": %b, "value": null}' % (key or b"") for key, value in stream]
    told: list[RejectedRow] = []
    file = tmp_path / "told.jsonl"
    file.write_bytes(b"\n".join([*lines, b'{"key":"x y","value":null}']) + b"\n")
    text = (tmp_path / "accounts" / "pipeline.toml").read_text("utf-8")
    assert 'tombstones = "delete"' in text
    sent = taken(opened(pipeline, told, input=file), 100_000)
    assert [value for _key, value in sent] == [value for _key, value in stream]
    decoder = json_decoder(pipeline)
    for (key, value), (kept, _value) in zip(sent, stream, strict=True):
        if value is None:
            assert decoder.tombstone(key) == decoder.tombstone(kept) is not None
    assert [(row.line, "no row" in row.reason) for row in told] == [(len(lines) + 1, True)]
    (tmp_path / "accounts" / "pipeline.toml").write_text(
        text.replace('tombstones = "delete"', 'tombstones = "dead_letter"')
    )
    told.clear()
    kept = open_pipeline(str(tmp_path / "accounts"))
    taken(opened(kept, told, input=file), 100_000)
    assert len(told) == sum(value is None for _key, value in stream) + 1
    assert {row.reason for row in told} == {
        "a record without a value deletes nothing here: see `tombstones` of [event]"
    }


def test_lines_that_are_no_events_are_rejected_with_their_number(
    visits: Pipeline, tmp_path: Path
) -> None:
    (event, other) = (
        value or b"" for _key, value in taken(opened(visits, mode="stream", input=tmp_path), 2)
    )
    lines = [
        event,
        b"not json",
        b"",
        event.replace(b'"id"', b'"no"'),
        b'{"":1,"":2,' + event[1:],
        b'{"\\ud800":1,' + event[1:],
        event[:-1] + b',"deep":' + b"[" * 40 + b"]" * 40 + b"}",
        event.replace(b'"size":', b'"size":9e9,"old":'),
        event[:-1] + b',"wide":"' + b"x" * 70_000 + b'"}',
        other,
    ]
    file = tmp_path / "odd.jsonl"
    file.write_bytes(b"\n".join(lines))
    told: list[RejectedRow] = []
    assert taken(opened(visits, told, input=file), 10) == [(b"701", event), (b"702", other)]
    assert [row.line for row in told] == [2, 4, 5, 6, 7, 8, 9]
    wanted = ("not JSON", "id: missing", "duplicate key", "surrogate", "nesting", "size", "bytes")
    for row, reason in zip(told, wanted, strict=True):
        assert reason in row.reason, row


def test_cells_that_a_consumer_would_refuse_are_rejected_with_their_line(
    visits: Pipeline, tmp_path: Path
) -> None:
    names = ["id", "kind", "who.name", "who.plan", "who.site", "code", "size", "day", "ratio"]
    plain = ["open", "A", "free", "NORTH", "AB1", "1.50", "2024-01-02", "0.5"]
    ref = "123e4567-e89b-12d3-a456-426614174000"
    cells = ["1", "[" * 40 + "]" * 40, '"\\ud800"', '{"a":1,"a":2}', '1,"id":7', "NaN", "nul"]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*names, "ref", "more"])
    rows.writerows([str(number), *plain, ref, cell] for number, cell in enumerate(cells, 1))
    rows.writerow(["8", *plain[:-1], "0.9", ref, ""])
    rows.writerow(["9", "shut", *plain[1:], ref, ""])
    (tmp_path / "visits.csv").write_text(text.getvalue())
    told: list[RejectedRow] = []
    ((key, _value),) = taken(opened(visits, told, input=tmp_path), 10)
    assert key == b"1"
    assert [row.line for row in told] == [3, 4, 5, 6, 7, 8, 9, 10]
    wanted = ("nesting", "surrogate", "duplicate", "more:", "NaN", "more:", "ratio", "kind")
    for row, reason in zip(told, wanted, strict=True):
        assert reason in row.reason, row


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


def test_lists_and_tables_are_made_by_hints(tmp_path: Path) -> None:
    lists: list[Any] = [["a", {"b": [1, 2.5]}], [], {"deep": [[True]]}]
    written = '[["a", { b = [1, 2.5] }], [], { deep = [[true]] }]'
    bare = 'more = { type = "json", required = false }'
    hinted = f'more = {{ type = "json", hint = {{ choices = {written} }} }}'
    drawn = 'words = { type = "json", hint = { faker = "words" } }'
    assert bare in HINTED
    (tmp_path / "pipeline.toml").write_text(HINTED.replace(bare, f"{hinted}\n{drawn}"))
    (tmp_path / "sites.csv").write_text("id\nA\n")
    pipeline = open_pipeline(str(tmp_path))
    sent = taken(opened(pipeline, mode="stream", input=tmp_path, seed=5), 60)
    assert json_decoder(pipeline).decode([value for _key, value in sent]).rejected == []
    events = [json.loads(value or b"") for _key, value in sent]
    assert {json.dumps(event["more"]) for event in events} == {json.dumps(one) for one in lists}
    assert all(isinstance(word, str) for event in events for word in event["words"])
    assert {len(event["words"]) for event in events} == {3}
    text = HINTED.replace('choices = ["AB1", "CD2"]', 'choices = [["AB1"]]')
    (tmp_path / "pipeline.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"fields\.code.* only a json field"):
        open_pipeline(str(tmp_path))


def test_a_field_that_names_a_reference_table_needs_no_hint(tmp_path: Path) -> None:
    text = HINTED.replace(', hint = { reference = "sites" }', "")
    assert text != HINTED
    (tmp_path / "pipeline.toml").write_text(text)
    pipeline = open_pipeline(str(tmp_path))
    with pytest.raises(InputError, match=r"sites\.csv: there is no such file"):
        opened(pipeline, mode="stream", input=tmp_path)
    (tmp_path / "sites.csv").write_text("id,name\nNORTH,a\nSOUTH,b\n")
    sent = taken(opened(pipeline, mode="stream", input=tmp_path, seed=7), 50)
    assert {json.loads(value or b"")["who"]["site"] for _key, value in sent} == {"NORTH", "SOUTH"}
    (tmp_path / "sites.csv").write_text("id,name\nNORTH,a\nNO ID,b\n")
    with pytest.raises(InputError, match=r'sites\.csv, line 3: id: "NO ID" is not an id'):
        opened(pipeline, mode="stream", input=tmp_path)


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
    injector = FaultInjector(ProduceOptions(poison=1.0, seed=1), "run", source.format)
    planned = both(injector, source)
    keys, values = source.format.encode(planned.rows, NOW)
    places = sorted(planned.faults)
    refused = json_decoder(pipeline).decode([values[place] for place in places]).rejected
    assert [one.reason for one in refused] == [
        planned.faults[place].detail["reason"] for place in places
    ]
    assert [keys[place].decode() for place in places] == [planned.faults[at].id for at in places]
    assert {"missing_field", "wrong_type", "invalid_json"} <= {one.reason for one in refused}


def both(injector: FaultInjector, source: Source) -> Planned:
    """Return 200 rows of a source and all that is injected among them."""
    rows = source.take(200)
    assert rows is not None
    first, rest = injector.feed(rows), injector.drain()
    whole = pa.Table.from_batches([first.rows, rest.rows]).combine_chunks().to_batches()[0]
    later = {first.rows.num_rows + place: fault for place, fault in rest.faults.items()}
    return Planned(whole, {**first.faults, **later})


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.slow
def test_late_versions_never_win_and_the_answer_key_tells_what_does(
    written: Write, tmp_path: Path, settings: Settings, name: str
) -> None:
    pipeline = written(name)
    source = opened(pipeline, mode="stream", input=tmp_path, seed=2)
    injector = FaultInjector(ProduceOptions(late=0.5, duplicates=0.1, seed=2), "run", source.format)
    planned = both(injector, source)
    sent = list(zip(*source.format.encode(planned.rows, iso(datetime.now(UTC))), strict=True))
    events = [pair for place, pair in enumerate(sent) if place not in planned.faults]
    late = {fault.id: fault.detail for fault in planned.faults.values() if fault.kind == "late"}
    assert len(events) == 200
    assert len(late) > 60
    assert json_decoder(pipeline).decode([value for _key, value in sent]).rejected == []
    tables = []
    for number, stream in enumerate((events, sent, sent[::-1])):
        own = replace(settings, paths=replace(settings.paths, data=tmp_path / str(number)))
        own.paths.data.mkdir()
        with warehouse_of(pipeline, own) as warehouse:
            for start in range(0, len(stream), 50):
                store(warehouse, pipeline, stream[start : start + 50])  # type: ignore[arg-type]
                warehouse.merge()
            tables.append(rows_of(warehouse, pipeline))
    assert tables[0] == tables[1] == tables[2]
    for key, detail in late.items():
        row = next(row for found, row in tables[1].items() if str(found) == key)
        older, newer = (meant(pipeline, detail[which]) for which in ("older", "newer"))
        assert {column: row[column] for column in newer} == newer
        (version,) = {column for column in older if column in versions_of(pipeline)}
        assert older[version] < row[version]
        assert len(older) == 2, "another value differs too"


def versions_of(pipeline: Pipeline) -> set[str]:
    fields = pipeline.definition.fields
    return {fields[path].column_at(path) or "" for path in pipeline.definition.versions}


def meant(pipeline: Pipeline, told: object) -> dict[str, Any]:
    """Return what an injection log tells as a row holds it, by columns."""
    definition = pipeline.definition
    found = {}
    for path, text in told.items():  # type: ignore[attr-defined]
        kind = definition.fields[path].type
        bare = kind.is_numeric or kind.epoch or kind.kind == "boolean"
        value = reader_of(definition.event, definition.fields, path)(
            json.loads(text if bare else json.dumps(text))
        )
        value = value.replace(tzinfo=None) if kind.kind == "timestamp" else value
        found[definition.fields[path].column_at(path) or ""] = value
    return found


def test_what_cannot_be_made_is_said_at_once(visits: Pipeline, tmp_path: Path) -> None:
    text = HINTED.replace('time = "at"', "")
    (tmp_path / "pipeline.toml").write_text(text)
    with pytest.raises(UsageError, match="--late: nothing but its offset"):
        opened(open_pipeline(str(tmp_path)), mode="stream", input=tmp_path, late=0.1)
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
