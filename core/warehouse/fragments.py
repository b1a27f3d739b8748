"""Pieces of SQL that several files share: one rule, and a remark to every other reader of SQL.

A line `-- include NAME word=value` stands for `sql/fragments/NAME.sql`, in which `{word}` is the
value. A fragment is whole statements, so that it can be read and parsed alone; it includes none.
"""

import re
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r"^-- include (?P<name>\w+)(?P<words>(?: \w+=\w+)*)$", re.MULTILINE)


def included(text: str) -> str:
    """Return SQL with its fragments in their places. Errors: KeyError for one that is not there."""
    return _INCLUDE.sub(_filled, text)


def _filled(found: re.Match[str]) -> str:
    fragment = _fragment(found["name"])
    for word in found["words"].split():
        name, _equals, value = word.partition("=")
        if f"{{{name}}}" not in fragment:
            raise KeyError(f"the fragment {found['name']} has no {name}")
        fragment = fragment.replace(f"{{{name}}}", value)
    return fragment


@cache
def _fragment(name: str) -> str:
    file = files("sql").joinpath("fragments", f"{name}.sql")
    if not file.is_file():
        raise KeyError(f"no fragment of SQL named {name}")
    return file.read_text(encoding="utf-8").rstrip("\n")
