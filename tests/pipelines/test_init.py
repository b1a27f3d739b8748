"""`init` over the records of strangers: the definition, its SQL, and what the merge makes of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import Settings
from core.pipeline import Pipeline
from tests.pipelines.conftest import SIZE, Init, rows_of, store, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.samples import BAD_READINGS, KINDS, STREAMS, records
from tests.support.snowflake_sql import faults_of_file

Write = Callable[..., Pipeline]


def types(pipeline: Pipeline) -> dict[str, str]:
    """The type of each field, with `?` where it is optional."""
    return {
        path: str(field.type) + ("" if field.required else "?")
        for path, field in pipeline.definition.fields.items()
    }


def test_readings_of_sensors(written: Write) -> None:
    pipeline = written("iot")
    event = pipeline.definition.event
    assert types(pipeline) == {
        "readingId": "identifier",
        "device.id": "identifier",
        "device.model": "text",
        "ts": "timestamp(ms)",
        "temperature": "number",
        "humidity": "integer?",
        "battery": "number",
        "samples": "json",
        "order": "integer?",
    }
    assert (event.key, event.time, event.type, event.version) == ("readingId", "ts", None, ("ts",))
    assert pipeline.definition.key_column == "reading_id"
    assert pipeline.definition.fields["order"].column == "order_"
    assert pipeline.definition.fields["device.model"].one_of == ("BARO-3", "TH-1", "TH-2")


def test_events_of_repositories(written: Write) -> None:
    pipeline = written("repository")
    event = pipeline.definition.event
    assert types(pipeline) == {
        "id": "identifier",
        "type": "text",
        "actor.id": "integer",
        "actor.login": "text",
        "repo.id": "integer",
        "repo.name": "text",
        "payload": "json",
        "public": "boolean",
        "created_at": "timestamp",
    }
    assert (event.key, event.time, event.type) == ("id", "created_at", "type")
    assert event.types == KINDS


def test_changes_of_accounts(written: Write) -> None:
    pipeline = written("accounts")
    definition = pipeline.definition
    event = definition.event
    columns = {
        path: (str(field.type) + ("" if field.required else "?"), field.column_at(path))
        for path, field in definition.fields.items()
        if field.column_at(path) is not None
    }
    assert columns == {
        "after.account_id": ("integer", "account_id"),
        "after.owner_name": ("text", "owner_name"),
        "after.owner_email": ("text", "owner_email"),
        "after.status": ("text", "status"),
        "after.balance": ("decimal(18,2)", "balance"),
        "after.opened_at": ("timestamp(us)", "opened_at"),
        "after.updated_at": ("timestamp(ms)", "updated_at"),
        "after.daily_limit": ("integer?", "daily_limit"),
        "source.ts_ms": ("timestamp(ms)", "source_ts_ms"),
        "source.lsn": ("integer", "source_lsn"),
    }
    assert (event.envelope, event.tombstones) == ("debezium", "delete")
    assert (event.key, event.time) == ("after.account_id", "source.ts_ms")
    assert (event.type, event.types) == ("op", ("c", "d", "r", "u"))
    assert event.version == ("source.lsn",)


def test_what_is_doubtful_stands_beside_it_with_its_count(written: Write, tmp_path: Path) -> None:
    written("iot")
    lines = (tmp_path / "iot" / "pipeline.toml").read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith('"temperature"'))
    assert lines[at - 1] == f'# {BAD_READINGS} of 600 were text: "n/a"'


@pytest.mark.parametrize("name", STREAMS)
def test_the_merge_makes_the_rows_that_plain_python_makes(
    written: Write, settings: Settings, name: str
) -> None:
    pipeline = written(name)
    stream = records(name, SIZE)
    expected = newest(name, stream)
    bad = BAD_READINGS if name == "iot" else 0
    with warehouse_of(pipeline, settings) as warehouse:
        store(warehouse, pipeline, stream[: SIZE // 3])
        first = warehouse.merge()
        store(warehouse, pipeline, stream[SIZE // 3 :])
        second = warehouse.merge()
        assert first.taken + second.taken == SIZE
        assert first.quarantined + second.quarantined == bad
        total = first.plus(second)
        assert total.inserted - total.deleted <= len(expected) <= total.inserted
        assert (total.deleted > 10) is pipeline.definition.deletes
        assert rows_of(warehouse, pipeline) == expected
        letters = warehouse.dead_letters()
        assert [(one.reason, one.detail) for one in letters] == [("cast", "temperature")] * bad
        assert warehouse.merge().taken == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", STREAMS)
def test_versions_in_any_order_end_alike(written: Write, settings: Settings, name: str) -> None:
    pipeline = written(name)
    stream = records(name, SIZE)
    with warehouse_of(pipeline, settings) as warehouse:
        store(warehouse, pipeline, stream, "one")
        warehouse.merge()
        expected = rows_of(warehouse, pipeline)
        # Every version again, from another topic; a tombstone means its place, so it stays out.
        versions = [one for one in stream[::-1] if one[1] is not None]
        store(warehouse, pipeline, versions, "another")
        again = warehouse.merge()
        assert (again.inserted, again.deleted) == (0, 0)
        assert rows_of(warehouse, pipeline).keys() == expected.keys()
        by_version = {"iot": "ts", "repository": "created_at_", "accounts": "source_lsn"}[name]
        for key, row in rows_of(warehouse, pipeline).items():
            assert row[by_version] == expected[key][by_version]


@pytest.mark.parametrize("name", STREAMS)
def test_every_query_runs_and_counts_right(written: Write, settings: Settings, name: str) -> None:
    pipeline = written(name)
    stream = records(name, SIZE)
    expected = newest(name, stream)
    definition = pipeline.definition
    limits = [definition.thresholds[name].default for name in definition.thresholds]
    with warehouse_of(pipeline, settings) as warehouse:
        assert all(row[2] == row[3] and row[4] for row in warehouse.rows("validate_tables")), (
            warehouse.rows("validate_tables")
        )
        store(warehouse, pipeline, stream)
        warehouse.merge()
        by_name = {}
        for kpi in definition.kpis:
            bound = [{"as_of": None, "days": 3650}[one] for one in kpi.parameters]
            rows = warehouse.rows(kpi.query, bound)
            assert rows, kpi.name
            assert {len(row) for row in rows} == {len(kpi.columns)}, kpi.name
            by_name[kpi.name] = rows
        assert by_name["totals"][0][1] == len(expected)
        assert sum(row[1] for row in by_name["by_day"]) == len(expected)
        assert len(by_name["recent"]) == 20
        sizes = {row[0]: row[1] for row in warehouse.rows("inspect_tables")}
        assert sizes[definition.tables.rows] == len(expected)
        assert sizes[definition.tables.events] == SIZE
        (check,) = definition.checks
        (figures,) = warehouse.rows(check.query, [*limits, "2030-01-01"])
        assert len(figures) == len(check.figures)
        assert figures == (len(expected), *[0] * (len(figures) - 1))
        assert warehouse.rows(check.rows or "", [*limits, "2030-01-01"]) == []
        low = [0] * len(limits)
        (figures,) = warehouse.rows(check.query, [*low, "2020-01-01"])
        assert figures[-1] == len(expected)  # all of them later than that
        faults = warehouse.rows(check.rows or "", [*low, "2020-01-01"])
        assert {len(row) for row in faults} == {len(check.row_keys)}
        duplicates = dict(warehouse.rows("validate_duplicates"))
        key = f"{definition.tables.rows}.{definition.key_column}"
        assert duplicates == {key: 0}
        assert warehouse.rows("validate_duplicates_rows") == []
        assert len(warehouse.rows("validate_daily")) <= 7


@pytest.mark.parametrize("name", STREAMS)
def test_the_sql_for_snowflake_keeps_the_rules(written: Write, tmp_path: Path, name: str) -> None:
    written(name)
    folder = tmp_path / name
    files = [*folder.glob("snowflake/*.sql"), *folder.glob("shared/*.sql")]
    assert len(files) > 10
    assert {file.name: faults_of_file(file) for file in files if faults_of_file(file)} == {}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_same_records_give_the_same_files(
    written: Write, init_job: Init, tmp_path: Path
) -> None:
    written("iot")
    elsewhere = tmp_path / "elsewhere" / "iot"
    init_job(name=str(elsewhere), from_file=tmp_path / "iot.jsonl")
    assert contents(elsewhere) == contents(tmp_path / "iot")


def test_a_folder_that_is_there_stays_as_it_is_and_what_differs_is_told(
    written: Write, init_job: Init, tmp_path: Path
) -> None:
    written("accounts")
    folder, file = tmp_path / "accounts", tmp_path / "accounts.jsonl"
    definition = folder / "pipeline.toml"
    definition.write_text(definition.read_text("utf-8") + "# edited by hand\n", "utf-8")
    before = contents(folder)
    same = init_job(name=str(folder), from_file=file)
    assert same.fields()["drift"] == {"new": [], "missing": [], "changed": []}
    assert same.fields()["created"] is False

    events = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for number, event in enumerate(events):
        row = event["after"] or {}
        if number % 2 and row:
            row["owner_phone"] = f"+33 {number}"
        if number % 3 == 0 and row:
            row["balance"] = "n/a"
        if number % 5 == 0 and row:
            row["status"] = "frozen"
        if number % 4 == 0 and row:
            del row["opened_at"]
    file.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    drift = init_job(name=str(folder), from_file=file).fields()["drift"]
    assert isinstance(drift, dict)
    rows = [number for number, event in enumerate(events) if event["after"]]
    held = {step: sum(number % step == 0 for number in rows) for step in (3, 4, 5)}
    odd = [number for number in rows if number % 2]
    assert [(one["path"], one["count"]) for one in drift["new"]] == [
        ("after.owner_phone", len(odd))
    ]
    assert drift["new"][0]["examples"] == [f'"+33 {number}"' for number in odd[:3]]
    assert [(one["path"], one["count"]) for one in drift["missing"]] == [
        ("after.opened_at", held[4])
    ]
    assert [(one["path"], one["count"]) for one in drift["changed"]] == [
        ("after.balance", held[3]),
        ("after.status", held[5]),
    ]
    assert drift["changed"][1]["examples"] == ['"frozen"']
    assert contents(folder) == before
