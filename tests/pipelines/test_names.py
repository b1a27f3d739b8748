"""Names of strangers in SQL: words of SQL, columns of the engine, dots, blanks and quotes."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.config import Settings
from core.inference.fields import infer_fields
from core.inference.names import ENGINE_TABLES, QUERY_WORDS, table_name
from core.inference.profile import Profile
from core.inference.records import Record
from core.pipeline import open_pipeline
from core.pipeline.base import steps
from core.pipeline.columns import RESERVED
from core.pipeline.reserved_words import RESERVED_WORDS
from tests.pipelines.conftest import Init, rows_of, store, warehouse_of
from tests.support.snowflake_sql import faults_of_file

WORDS = sorted(RESERVED | RESERVED_WORDS | QUERY_WORDS)


@pytest.mark.slow
def test_every_word_that_is_taken_can_be_a_field(
    settings: Settings, init_job: Init, tmp_path: Path
) -> None:
    event = {word: number for number, word in enumerate(WORDS)} | {
        "key": "k",
        "a b": {"c.d": 1, "é": 2, "x-y": 3},
        "json_1": [1],
        "parts[1]": 4,
        "it's": 5,
        'q"q': 6,
        "{schema}": 7,
        "a;b": 8,
        "*": 9,
        "?": 10,
        "back\\slash": 11,
    }
    file = tmp_path / "records"
    file.write_text(json.dumps(event) + "\n", "utf-8")
    told = init_job(name=str(tmp_path / "select"), from_file=file, key="key").fields()
    pipeline = open_pipeline(str(tmp_path / "select"))
    assert pipeline.definition.tables.rows == "select_"
    fields = told["fields"]
    assert isinstance(fields, list)
    without = {one["path"] for one in fields if one["column"] is None}
    assert without == {"parts[1]", "it's", 'q"q', "{schema}", "a;b", "*", "?", "back\\\\slash"}
    with warehouse_of(pipeline, settings) as warehouse:
        store(warehouse, pipeline, [(None, json.dumps(event).encode())])
        assert warehouse.merge().inserted == 1
        row = rows_of(warehouse, pipeline)["k"]
    for one in fields:
        if one["column"] is not None:
            value: object = event
            for step in steps(one["path"]):
                assert isinstance(value, dict)
                value = value[step]
            assert row[one["column"]] == value, one
    folder = tmp_path / "select"
    for sql in [*folder.glob("snowflake/*.sql"), *folder.glob("shared/*.sql")]:
        assert faults_of_file(sql) == [], sql.name


def test_a_table_never_has_the_name_of_another() -> None:
    for name in sorted(ENGINE_TABLES | RESERVED_WORDS):
        assert table_name(name) not in ENGINE_TABLES | RESERVED_WORDS
    assert table_name("My Topic-2") == "my_topic_2"
    assert table_name("2024") == "n_2024"
    assert table_name("…") == "pipeline"


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.integers(0, 9), min_size=1, max_size=8))
def test_any_keys_give_columns_that_are_names_and_differ(event: dict[str, int]) -> None:
    profile = Profile()
    profile.observe(Record("here", json.dumps(event).encode()))
    fields = infer_fields(profile, typed=True)
    assert {steps(one.path) for one in fields} == {(key,) for key in event if key}
    columns = [one.column for one in fields if one.column is not None]
    assert len(set(columns)) == len(columns)
    assert not set(columns) & (RESERVED | RESERVED_WORDS)
    assert all(column.isidentifier() and column.isascii() for column in columns)
