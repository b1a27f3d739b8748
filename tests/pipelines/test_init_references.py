"""`init --reference`: tables from CSV files, their key, and the field of events that names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Settings
from core.errors import InputError, UsageError
from core.jobs import load, validate
from core.jobs.base import JobContext
from core.pipeline import open_pipeline
from tests.pipelines.conftest import SIZE, Init, store, warehouse_of
from tests.pipelines.samples import records

HEADER = "id,serial,bought,price,Colour,floor"


def devices(file: Path, many: int) -> Path:
    """The devices of the readings: 40 in all."""
    rows = [
        f"dev-{number:03d},{7_000 + number},2023-0{1 + number % 9}-11,{number}.50,red,"
        f"{'' if number % 3 else number}"
        for number in range(many)
    ]
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    return file


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    file = tmp_path / "iot.jsonl"
    file.write_bytes(b"".join((value or b"") + b"\n" for _key, value in records("iot", SIZE)))
    return file


def test_a_table_is_written_with_its_key_and_the_field_that_names_it(
    init_job: Init, sample: Path, tmp_path: Path
) -> None:
    models = tmp_path / "types.csv"
    models.write_text("name,note\nTH-1,a\nTH-2,b\nBARO-9,c\n")
    file = devices(tmp_path / "devices.csv", 40)
    result = init_job(
        name=str(tmp_path / "iot"),
        from_file=sample,
        key="readingId",
        reference=f"devices={file}, models={models}",
    )
    (first, second) = result.fields()["references"]  # type: ignore[misc]
    assert (first["rows"], first["key"], first["field"]) == (40, "id", "device.id")
    assert (second["key"], second["field"]) == ("name", "device.model")
    definition = open_pipeline(str(tmp_path / "iot")).definition
    table = definition.references["devices"]
    assert (table.file, table.key, table.field) == ("devices.csv", "id", "device.id")
    assert {name: (str(one.type), one.required) for name, one in table.columns.items()} == {
        "id": ("identifier", True),
        "serial": ("integer", True),
        "bought": ("date", True),
        "price": ("decimal(18,2)", True),
        "floor": ("integer", False),
    }
    text = (tmp_path / "iot" / "pipeline.toml").read_text("utf-8")
    assert "# all 40 values of device.id that were seen are keys of the table\n" in text
    assert "# 2 of 3 values of device.model that were seen are keys of the table;" in text
    assert "names of SQL in small letters: Colour\n" in text


@pytest.mark.parametrize(("many", "status", "orphans"), [(40, "PASS", 0), (39, "FAIL", 1)])
def test_what_names_no_row_of_the_table_is_an_orphan(
    init_job: Init, sample: Path, settings: Settings, tmp_path: Path,
    many: int, status: str, orphans: int,
) -> None:  # fmt: skip
    file = devices(tmp_path / "devices.csv", many)
    name = str(tmp_path / "iot")
    init_job(name=name, from_file=sample, key="readingId", reference=f"devices={file}")
    pipeline = open_pipeline(name)
    schema = pipeline.definition.tables.db_schema
    own = replace(settings, pipeline=pipeline, schema=schema)
    with warehouse_of(pipeline, settings) as warehouse:
        store(warehouse, pipeline, records("iot", SIZE))
        warehouse.merge()
    assert load.run(JobContext(own), load.Options(input=tmp_path)).fields() == {"devices": many}
    told = validate.run(JobContext(own), validate.Options()).fields()["checks"]
    check = told["referential_integrity"]  # type: ignore[index]
    assert check["status"] == status
    assert bool(check["without_devices"]) is bool(orphans)


def test_a_cell_that_no_type_takes_makes_the_column_text(
    init_job: Init, sample: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sites.csv"
    rows = [f"{number},{number}" for number in range(500)] + ["500,none"]
    file.write_text("\n".join(["code,floor", *rows]))
    init_job(
        name=str(tmp_path / "iot"), from_file=sample, key="readingId", reference=f"sites={file}"
    )
    table = open_pipeline(str(tmp_path / "iot")).definition.references["sites"]
    assert {name: str(one.type) for name, one in table.columns.items()} == {
        "code": "integer",
        "floor": "text",
    }
    text = (tmp_path / "iot" / "pipeline.toml").read_text("utf-8")
    assert "kept as text: " in text
    assert "sites.csv:502: " in text
    assert table.field is None
    assert "# no field of the sample holds its keys" in text


@pytest.mark.parametrize(
    ("asked", "content", "error", "reason"),
    [
        ("devices", "", UsageError, "--reference: devices is not NAME=FILE.csv"),
        ("", "", UsageError, "'' is not NAME"),
        ("a={file},a={file}", "id\n1\n", UsageError, "a is there twice"),
        ("Devices={file}", "id\n1\n", UsageError, "Devices is no name for a table"),
        ("select={file}", "id\n1\n", UsageError, "select is no name"),
        ("dead_letters={file}", "id\n1\n", UsageError, "dead_letters is no name"),
        ("iot={file}", "id\n1\n", UsageError, "iot is no name"),
        ("a={file}.none", "", InputError, "No such file"),
        ("a={file}", "id;n\n1;2\n", InputError, "not CSV with commas"),
        ("a={file}", '{"id": 1}\n', InputError, "not CSV with commas"),
        ("a={file}", "id,n\n1,2\n1,2\n", InputError, "own in each row"),
        ("a={file}", "id,n\n1,2\n2,\n3\n", InputError, r"a\.csv:4: "),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_is_written(
    init_job: Init, sample: Path, tmp_path: Path,
    asked: str, content: str, error: type[Exception], reason: str,
) -> None:  # fmt: skip
    file = tmp_path / "a.csv"
    file.write_text(content)
    name = str(tmp_path / "iot")
    with pytest.raises(error, match=reason):
        init_job(name=name, from_file=sample, reference=asked.format(file=file))
    assert not Path(name).exists()


def test_a_folder_that_is_there_gets_no_table(init_job: Init, sample: Path, tmp_path: Path) -> None:
    name = str(tmp_path / "iot")
    init_job(name=name, from_file=sample)
    before = (tmp_path / "iot" / "pipeline.toml").read_bytes()
    file = devices(tmp_path / "devices.csv", 3)
    with pytest.raises(UsageError, match="nothing in it is changed") as caught:
        init_job(name=name, from_file=sample, reference=f"devices={file}")
    assert "[references.devices]" in caught.value.hint
    assert (tmp_path / "iot" / "pipeline.toml").read_bytes() == before
