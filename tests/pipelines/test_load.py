"""`load` and `setup` of a pipeline whose reference tables stand in its definition alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Settings
from core.errors import InputError, UsageError
from core.jobs import export_connector, load, setup
from core.jobs.base import JobContext
from core.pipeline import Pipeline, open_pipeline
from core.pipeline.read import DefinitionError

SITES = """
[references.models]
file = "models.csv"
key = "name"
field = "device.model"
[references.models.columns]
name = { type = "text" }
weight = { type = "decimal(5,2)", required = true, min = 0 }
"""


@pytest.fixture
def own(written: Callable[..., Pipeline], settings: Settings, tmp_path: Path) -> Settings:
    folder = tmp_path / "iot"
    written("iot")
    with (folder / "pipeline.toml").open("a") as text:
        text.write(SITES)
    pipeline = open_pipeline(str(folder))
    schema = pipeline.definition.tables.db_schema
    return replace(settings, pipeline=pipeline, schema=schema)


def test_the_table_is_shown_made_and_loaded(own: Settings, tmp_path: Path) -> None:
    context = JobContext(own)
    shown = "\n".join(setup.run(context, setup.Options(print_sql=True)).summary().lines)
    made = 'CREATE TABLE IF NOT EXISTS "iot".models (\n    name VARCHAR NOT NULL,\n'
    assert made in shown
    (tmp_path / "models.csv").write_text("name,weight\nTH-1,1.5\nTH-2,0\n")
    for _time in range(2):
        result = load.run(context, load.Options(input=tmp_path))
        assert result.fields() == {"models": 2}
        assert result.summary().lines == ("rows in the warehouse: models 2",)
    (tmp_path / "models.csv").write_text("name,weight\nTH-3,1\nTH-2,-1\n")
    with pytest.raises(InputError, match=r"models\.csv, line 3: name TH-2: weight: ") as refused:
        load.run(context, load.Options(input=tmp_path))
    assert refused.value.hint == "fix the file"
    (tmp_path / "models.csv").write_text("name,weight\nTH-2,3\nTH-3,1\n")
    assert load.run(context, load.Options(input=tmp_path)).fields() == {"models": 3}


def test_a_sink_of_another_pipeline_is_refused_in_one_line(own: Settings) -> None:
    with pytest.raises(UsageError, match="orders alone, not of iot"):
        export_connector.run(JobContext(own), export_connector.Options())


def test_a_key_of_another_type_than_its_field_is_refused(own: Settings) -> None:
    file = Path(own.pipeline.where) / "pipeline.toml"
    text = file.read_text()
    file.write_text(text.replace('name = { type = "text" }', 'name = { type = "integer" }'))
    line = text.splitlines().index('field = "device.model"') + 1
    with pytest.raises(DefinitionError) as refused:
        open_pipeline(own.pipeline.where)
    assert refused.value.message == (
        f"{file}:{line}: references.models.field: is of another type than the key of the table"
    )
