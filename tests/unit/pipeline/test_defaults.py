"""A default is a value of its field, stands in SQL as such, and is taken by the merge."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.errors import ConfigError
from core.pipeline import open_pipeline
from core.pipeline.defaults import default_of, literals
from core.pipeline.drift import DriftFinder
from core.pipeline.read import DefinitionError, read_definition, schema
from tests.support.defaults import ROW, TOML, pipeline_of_defaults


def refused(line: str) -> str:
    """Return what is said of a field that is written so."""
    text = TOML.replace('note = { type = "text", required = false }', f"note = {{ {line} }}")
    assert text != TOML
    with pytest.raises(DefinitionError) as caught:
        read_definition(text, "p.toml")
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('type = "text", default = "x"', "is never taken: the field is required"),
        (
            'type = "text", required = false, column = false, default = "x"',
            "is never taken: the field has no column",
        ),
        ('type = "text", required = false, default = 3', "must be a string, is 3"),
        ('type = "integer", required = false, default = 1.5', "must be a whole number"),
        ('type = "integer", required = false, default = true', "must be a whole number"),
        ('type = "integer", required = false, max = 9, default = 10', "10 is outside"),
        ('type = "decimal(4,2)", required = false, default = 1.005', "more than two decimals"),
        ('type = "decimal(4,2)", required = false, default = nan', "it is not finite"),
        ('type = "number", required = false, default = inf', "it is not finite"),
        ('type = "boolean", required = false, default = "yes"', "must be true or false"),
        ('type = "timestamp", required = false, default = 2024-05-17', "is not a date and time"),
        ('type = "timestamp(s)", required = false, default = -1', "-1 is outside"),
        ('type = "date", required = false, default = "2024-02-30"', "is not a date"),
        ('type = "date", required = false, default = 12:30:00', "must be a string"),
        ('type = "uuid", required = false, default = "x"', "is not a UUID"),
        ('type = "identifier", required = false, default = ""', "is not an id"),
        ('type = "text", required = false, one_of = ["a"], default = "b"', "is none of"),
        ('type = "text", required = false, pattern = "a*", default = "b"', "does not match"),
        ('type = "json", required = false, default = [nan]', "it is not finite"),
        ('type = "json", required = false, default = [09:30:00]', "it is not JSON"),
        (
            'type = "text", required = false, default = "a {schema} b"',
            "cannot stand in SQL: {name}",
        ),
        ('type = "text", required = false, default = "$$"', "cannot stand in SQL"),
        ('type = "text", required = false, default = "a\\nb"', "cannot stand in SQL"),
        ('type = "json", required = false, default = "{rows}"', "cannot stand in SQL"),
    ],
)
def test_what_is_no_default_is_refused_with_its_line(line: str, told: str) -> None:
    problem = refused(line)
    number = next(n for n, text in enumerate(TOML.splitlines(), 1) if text.startswith("note"))
    assert problem.startswith(f"p.toml:{number}: fields.note.default: ")
    assert told in problem
    assert "\n" not in problem


def test_every_default_stands_in_sql_as_what_it_means() -> None:
    made = read_definition(TOML, "p.toml")
    found = dict(literals(made.event, made.fields, "duckdb"))
    session = duckdb.connect()
    for path, field in made.fields.items():
        column = field.column_at(path)
        ((value,),) = session.execute(f"SELECT {found[f'default_{column}']}").fetchall()
        if field.default is None:
            assert value is None
            continue
        meant: Any = default_of(made.event, made.fields, path)
        if field.type.kind == "json":
            value = json.loads(value)
        elif field.type.kind == "timestamp":
            meant = meant.replace(tzinfo=None)
        assert value == meant == ROW[column or ""], path
        assert type(value) is type(meant)


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("duckdb/merge_cast", "{default_word}"),
        ("duckdb/merge_columns", "{default_tags}"),
        ("snowflake/merge_cast", "{default_sent}"),
    ],
)
def test_a_folder_whose_merge_does_not_take_a_default_is_refused(
    name: str, lacks: str, tmp_path: Path
) -> None:
    pipeline_of_defaults(tmp_path)
    file = tmp_path / f"{name}.sql"
    # In a remark or a string it is not taken.
    file.write_text(f"-- {lacks}\n/* {lacks} */\n" + file.read_text().replace(lacks, f"'{lacks}'"))
    column = re.sub(r"\{default_(\w+)\}", r"\1", lacks)
    number = next(n for n, text in enumerate(TOML.splitlines(), 1) if text.startswith(column))
    with pytest.raises(ConfigError) as caught:
        open_pipeline(str(tmp_path))
    assert caught.value.message == (
        f"{tmp_path}/pipeline.toml:{number}: fields.{column}.default: {name}.sql does not take it"
    )
    assert f"COALESCE({column}, {lacks})" in caught.value.hint


def test_a_folder_without_columns_needs_no_default_there(tmp_path: Path) -> None:
    pipeline_of_defaults(tmp_path)
    (tmp_path / "duckdb" / "merge_columns.sql").unlink()
    assert not open_pipeline(str(tmp_path)).has("duckdb", "merge_columns")


def test_a_field_with_a_default_is_not_told_as_never_seen() -> None:
    finder = DriftFinder(read_definition(TOML, "p.toml"))
    for _record in range(200):
        finder.add({"id": "a"})
    assert finder.findings == []
    assert finder.never_seen == ["note"]


def test_editors_may_write_any_value_as_default() -> None:
    field = schema()["$defs"]["EventField"]["properties"]["default"]
    assert "type" not in field
    assert "anyOf" not in field
