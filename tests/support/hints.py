"""Finds every text of the product that tells a person how to fix something, in its source.

A hint is a text that becomes `hint`, `advice` or `fix` of something: as a keyword, as the argument
of a function or class that calls its parameter so, as a variable, or as what a function of that
name returns. Beside these stand the tables of what Kafka's errors mean.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

CORE = Path(__file__).parents[2] / "core"
_NAMES = re.compile(r"hint|advice|advise|fix\b|_fix|suggest|lacking|meant")
_PARAMETERS = frozenset({"hint", "advice", "fix"})
_TEXTS = frozenset({"_", "N_", "ngettext"})
_TABLES = frozenset({"broker/error_hints.py"})
_ONLY_JOINS = frozenset({"; "})


def hints(core: Path = CORE) -> dict[str, str]:
    """Return every hint as it stands in the source, with file and line of one place."""
    trees = {
        file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(core.rglob("*.py"))
    }
    everywhere = {
        name: places
        for tree in trees.values()
        for name, places in _positions(tree).items()
        if not name.startswith("_")
    }
    found: dict[str, str] = {}
    called: set[str] = set()
    for file, tree in trees.items():
        name = str(file.relative_to(core))
        positions = {**everywhere, **_positions(tree)}
        for node in ast.walk(tree):
            for value in _told(node, positions, tables=name in _TABLES):
                called |= _calls(value)
                for line, text in _literals(value):
                    found.setdefault(text, f"core/{name}:{line}")
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in called:
                for line, text in _returned(node):
                    found.setdefault(text, f"core/{file.relative_to(core)}:{line}")
    return {text: where for text, where in found.items() if text not in _ONLY_JOINS}


def _positions(tree: ast.Module) -> dict[str, set[int]]:
    """Return which arguments, by the name of function or class, are hints."""
    found: dict[str, set[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in node.args.args]
            names = names[1:] if names[:1] == ["self"] else names
        elif isinstance(node, ast.ClassDef):
            fields = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
            names = [one.id for one in fields if isinstance(one, ast.Name)]
        else:
            continue
        places = {at for at, one in enumerate(names) if one in _PARAMETERS}
        if places:
            found.setdefault(node.name, set()).update(places)
    return found


def _told(node: ast.AST, positions: Mapping[str, set[int]], *, tables: bool) -> Iterator[ast.AST]:
    """Yield the expressions of a node that are hints."""
    if isinstance(node, ast.keyword) and node.arg in _PARAMETERS:
        yield node.value
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [one.id for one in targets if isinstance(one, ast.Name)]
        if any(_NAMES.search(name.lower()) for name in names) or (
            tables and any(name.isupper() for name in names)
        ):
            yield node.value
    elif isinstance(node, ast.FunctionDef) and _NAMES.search(node.name):
        for part in ast.walk(node):
            if isinstance(part, ast.Return) and part.value is not None:
                yield part.value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Told":
        yield from (one.value for one in node.keywords if one.arg != "unreadable")
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        yield from (node.args[place] for place in positions.get(name, ()) if place < len(node.args))


def _calls(value: ast.AST) -> set[str]:
    """Return the functions whose results a hint is made of."""
    found = {
        node.func.id
        for node in ast.walk(value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return found - _TEXTS - {"right", "ngettext"}


def _returned(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _literals(node.value)


def _literals(value: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(value):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _TEXTS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, str(node.args[0].value)
