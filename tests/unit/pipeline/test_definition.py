"""A definition is taken whole, or refused with file, line and key."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from core.pipeline import builtin, open_pipeline
from core.pipeline.base import steps, told
from core.pipeline.definition import Definition
from core.pipeline.read import DefinitionError, read_definition, schema
from core.pipeline.toml_lines import line_of
from core.pipeline.types import FieldType
from core.text import use_language

ORDERS = Path("sql/orders/pipeline.toml").read_text()
SMALL = """\
version = 1
name = "readings"

[topic]
name = "iot.readings"

[tables]
schema = "iot"
events = "reading_events"
rows = "readings"

[event]
key = "id"
time = "at"

[fields]
id = { type = "uuid" }
at = { type = "timestamp(ms)", column = "measured_at" }
"sensor.kind" = { type = "text", required = false }
celsius = { type = "number", min = -90, max = 60.5 }
"""


def read(text: str) -> Definition:
    return read_definition(text, "p.toml")


def refused(old: str, new: str, text: str = SMALL) -> str:
    assert text.count(old) == 1, old
    with pytest.raises(DefinitionError) as caught:
        read(text.replace(old, new))
    return "\n".join(caught.value.problems)


def test_a_small_definition_has_its_defaults() -> None:
    made = read(SMALL)
    assert made.event.unknown_fields == "keep"
    assert made.versions == ("at",)
    assert made.key_column == "id"
    assert made.fields["sensor.kind"].column_at("sensor.kind") == "sensor_kind"
    assert made.fields["celsius"].max == Decimal("60.5")
    assert str(made.fields["at"].type) == "timestamp(ms)"


def test_the_orders_are_what_the_warehouse_has() -> None:
    made = builtin().definition
    columns = [field.column_at(path) for path, field in made.fields.items()]
    assert [column for column in columns if column] == [
        "id", "product_id", "customer_id", "quantity", "unit_price", "sold_at", "event_time",
    ]  # fmt: skip
    assert made.versions == ("order.sold_at", "timestamp")
    assert made.fields["order.unit_price"].type == FieldType("decimal", 10, 2)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('type = "uuid"', 'type = "guid"', "p.toml:17: fields.id.type: 'guid' is no type;"),
        ('type = "uuid"', 'type = "decimal(39,2)"', "p.toml:17: fields.id.type: 'decimal(39,2)'"),
        ('type = "uuid"', "type = 3", "p.toml:17: fields.id.type: must be a text"),
        ("version = 1", "version = 2", "p.toml:1: version: '2' is none of 1"),
        ("version = 1\n", "", "p.toml:1: version: is missing"),
        ('key = "id"', 'key = "idd"', "p.toml:13: event.key: names no path of [fields]"),
        ('key = "id"', 'key = "celsius"', "p.toml:13: event.key: must be a required identifier"),
        ('time = "at"', 'time = "id"', "p.toml:14: event.time: must be a timestamp"),
        ("[event]", "[event]\ncolour = 1", "p.toml:13: event.colour: is no key of a definition"),
        ("[event]", "[event", "p.toml:12: not TOML: "),
        ('name = "readings"', 'name = "Readings"', "p.toml:2: name: 'Readings' is not a name"),
        ('schema = "iot"', 'schema = "order"', "p.toml:8: tables.schema: 'order' is a word of SQL"),
        ("celsius = {", 'celsius = { column = "seq",', "its column has a name that is reserved"),
        ("celsius = {", 'celsius = { column = "id",', "its column is there twice"),
        ("celsius = {", '"sensor.kind.x" = {', "lies within another field"),
        ("celsius = {", '"sensor.°C" = {', "needs a column: its path is no name of SQL"),
        ("celsius = {", '"a..b" = {', "is not a path"),
        ("min = -90", 'min = "cold"', "p.toml:20: fields.celsius.min: 'cold' is neither"),
        ("min = -90", 'pattern = "("', "p.toml:20: fields.celsius.pattern: '(' is not a regular"),
        ('name = "iot.readings"', 'name = "iot readings"', "p.toml:5: topic.name: "),
        (
            'time = "at"',
            "max_bytes = 1",
            "p.toml:14: event.max_bytes: '1' is too small: at least 2",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: str) -> None:
    assert line in refused(old, new)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        read(SMALL.replace('"uuid"', '"guid"').replace("min = -90", "least = -90"))
    assert len(caught.value.problems) == 2


def test_control_characters_of_a_file_never_reach_a_screen() -> None:
    text = refused('name = "readings"', 'name = "\\u001b[31mred"')
    assert "\x1b" not in text


@pytest.mark.parametrize("key", re.findall(r'^"?([\w.]+)"? = ', SMALL, re.MULTILINE))
def test_every_key_is_found_on_its_line(key: str) -> None:
    lines = SMALL.splitlines()
    number = next(
        n for n, text in enumerate(lines, 1) if re.match(rf'"?{re.escape(key)}"? =', text)
    )
    header = next((text for text in reversed(lines[:number]) if text.startswith("[")), "")
    place = (*filter(None, [header.strip("[]")]), key)
    assert line_of(SMALL, place) == number


def test_entries_of_lists_are_told_apart() -> None:
    kpis = [n for n, text in enumerate(ORDERS.splitlines(), 1) if text == "[[kpis]]"]
    assert [line_of(ORDERS, ("kpis", n)) for n in range(len(kpis))] == kpis
    text = ORDERS.replace(
        'name = "unit_price"\ntype = "money"', 'name = "unit_price"\ntype = "cash"'
    )
    with pytest.raises(DefinitionError) as caught:
        read(text)
    (problem,) = caught.value.problems
    number = next(n for n, line in enumerate(text.splitlines(), 1) if line == 'type = "cash"')
    assert problem.startswith(f"p.toml:{number}: kpis.3.columns.5.type: 'cash' is none of")


def test_steps_of_a_path_may_hold_dots() -> None:
    assert steps(r"a.b\.c.d") == ("a", "b.c", "d")


def test_a_label_follows_the_language() -> None:
    label = {"en": "orders", "fr": "commandes"}
    assert told(label) == "orders"
    use_language("fr")
    try:
        assert told(label) == "commandes"
        assert told({"en": "rows"}) == "rows"
    finally:
        use_language("en")


def test_editors_get_a_schema() -> None:
    made = schema()
    assert made["additionalProperties"] is False
    assert set(made["required"]) == {"version", "name", "topic", "tables", "event", "fields"}


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "pipeline.toml").write_text(text)
    return tmp_path


def test_a_folder_is_opened_and_its_own_sql_comes_first(tmp_path: Path) -> None:
    where = folder(tmp_path, SMALL)
    (where / "duckdb").mkdir()
    (where / "duckdb" / "tables.sql").write_text("SELECT 1 FROM {schema}.{rows}")
    pipeline = open_pipeline(str(where))
    assert pipeline.sql("duckdb", "tables") == "SELECT 1 FROM {schema}.{rows}"
    assert "{schema}.{events}" in pipeline.sql("duckdb", "setup")
    assert not pipeline.has("duckdb", "kpi_totals")
    assert pipeline.placeholders("duckdb")["rows"] == "readings"


def test_the_path_of_a_key_is_quoted_for_both_engines() -> None:
    text = SMALL.replace('key = "id"', "key = 'meta.the id'")
    text = text.replace("id = { type", "'meta.the id' = { column = \"id\", type")
    from core.pipeline.folder import Pipeline

    pipeline = Pipeline(read(text), Path())
    assert pipeline.placeholders("duckdb")["key_path"] == 'meta."the id"'


def test_a_folder_without_definition_says_how_to_get_one(tmp_path: Path) -> None:
    from core.errors import ConfigError

    with pytest.raises(ConfigError) as caught:
        open_pipeline(str(tmp_path / "nothing"))
    assert "there is no such file" in caught.value.message
    assert "--run init" in caught.value.hint


def test_a_query_without_its_file_is_refused(tmp_path: Path) -> None:
    from core.errors import ConfigError

    kpi = '[[kpis]]\nname = "n"\nshow = "figures"\nquery = "kpi_count"\ncolumns = [{ name = "n" }]'
    where = folder(tmp_path, f"{SMALL}\n{kpi}")
    with pytest.raises(ConfigError, match=r"kpi_count\.sql"):
        open_pipeline(str(where))
    (where / "shared").mkdir()
    (where / "shared" / "kpi_count.sql").write_text("SELECT 1")
    assert open_pipeline(str(where)).definition.kpis[0].query == "kpi_count"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("min = 2024-01-01", "has a bound that is no value of its type"),
        ("max = 2024-01-01T00:00:00Z", "has a bound that is no value of its type"),
        ('pattern = "[0-9]+"', "has a pattern, which only a text can match"),
        ("one_of = [1, 2]", "may be one of values that its type lacks"),
        ("one_of = [true]", "may be one of values that its type lacks"),
    ],
)
def test_rules_that_its_type_cannot_follow_are_refused(rule: str, reason: str) -> None:
    assert refused("min = -90, max = 60.5", rule) == f"p.toml:20: fields.celsius: {reason}"


@pytest.mark.parametrize(
    "field",
    [
        'type = "timestamp", min = 2024-01-01, max = 2024-12-31T23:59:59Z',
        'type = "date", min = 1900-01-01',
        'type = "integer", max = 9, one_of = [1, 2]',
        'type = "boolean", one_of = [true]',
        'type = "identifier", pattern = "P_.*", one_of = ["P_1"]',
    ],
)
def test_rules_that_its_type_can_follow_are_taken(field: str) -> None:
    assert read(SMALL.replace('type = "number", min = -90, max = 60.5', field))
