"""Defaults of a schema become those of the definition, where the field takes them."""

import pytest

from core.inference.fields import Inferred
from core.inference.profile import PathProfile
from core.inference.registry_sample import told_by_schema
from core.pipeline.types import FieldType
from core.registry.fields import Described


def found(kind: str, *, column: str | None = "value") -> Inferred:
    counts = PathProfile(("value",))
    return Inferred("value", ("value",), FieldType.parse(kind), True, 1.0, (), counts, column)


def default(field: Inferred, value: object, *, required: bool = False) -> str:
    """Return the default of a field whose schema has that one."""
    (told,) = told_by_schema([field], [Described(("value",), None, required, value)])
    return told.default


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("text", 'say "x"', '"say \\"x\\""'),
        ("integer", 3, "3"),
        ("number", 0.5, "0.5"),
        ("boolean", False, "false"),
        ("identifier", "EUR", '"EUR"'),
        ("identifier", "", ""),
        ("integer", "three", ""),
        ("date", 19_000, ""),
        ("text", "{rows}", ""),
        ("text", None, ""),
        ("json", {}, ""),
    ],
)
def test_a_default_that_the_field_takes_is_written(kind: str, value: object, written: str) -> None:
    assert default(found(kind), value) == written


def test_required_fields_and_those_without_a_column_have_none() -> None:
    assert default(found("text"), "x", required=True) == ""
    assert default(found("text", column=None), "x") == ""


def test_a_field_that_only_the_schema_knows_has_its_default() -> None:
    (told,) = told_by_schema([], [Described(("value",), FieldType("text"), False, "new")])
    assert told.default == '"new"'
