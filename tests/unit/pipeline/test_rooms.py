"""What belongs to every pipeline names no column of orders: neither its SQL nor its Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pipeline import builtin

OWN = ("core/seed", "core/producer/orders", "core/notebook")
"""Where orders may be spoken of: their generator, and the producer's source that reads it."""


def columns() -> frozenset[str]:
    """Return the columns of orders and of their reference tables that no engine has as well."""
    made = builtin().definition
    names = {field.column_at(path) for path, field in made.fields.items()}
    names |= {column for table in made.references.values() for column in table.columns}
    common = {None, "id", "name", "email", "price", "event_time"}
    return frozenset(name for name in names - common if name)


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_]+", text.lower()))


def strings(tree: ast.Module) -> Iterator[str]:
    """Yield the names, attributes and texts of a module, without its docstrings."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
        ):
            yield node.value


def modules() -> list[Path]:
    found = [*Path("core").rglob("*.py"), *Path("tui").rglob("*.py")]
    return sorted(file for file in found if not str(file).startswith(OWN))


@pytest.mark.parametrize("file", sorted(Path("sql/engine").rglob("*.sql")), ids=str)
def test_the_engine_s_sql_names_no_column_of_orders(file: Path) -> None:
    assert words(file.read_text()) & columns() == frozenset()


def test_the_engine_s_code_names_no_column_of_orders() -> None:
    found = {}
    for file in modules():
        named = {word for text in strings(ast.parse(file.read_text())) for word in words(text)}
        if named & columns():
            found[str(file)] = sorted(named & columns())
    assert found == {}


def test_a_module_that_names_one_is_found() -> None:
    tree = ast.parse('"""unit_price."""\ndef of(row):\n    return row["quantity"] + row.sold_at\n')
    named = {word for text in strings(tree) for word in words(text)}
    assert named & columns() == {"quantity", "sold_at"}
