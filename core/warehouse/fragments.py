"""Pieces of SQL that several files share: one rule, and a remark to every other reader of SQL.

A line `-- include NAME word=value` stands for the SQL of that name, in which `{word}` is the value:
a fragment of `sql/engine/fragments`, or any named SQL of the pipeline or the engine. What is taken
in is whole statements, so that it can be read and parsed alone; it includes nothing itself. Where a
closing parenthesis follows it is a query within another, and no semicolon ends it.
"""

import re
from collections.abc import Callable

_INCLUDE = re.compile(
    r"^-- include (?P<name>\w+)(?P<words>(?: \w+=[\w:{}]+)*)$(?P<within>(?=\n *\)))?", re.MULTILINE
)


def included(text: str, named: Callable[[str], str]) -> str:
    """Return SQL with what it includes in its places.

    named: returns the SQL of a name. Errors: KeyError for a name or word that is not there.
    """

    def filled(found: re.Match[str]) -> str:
        fragment = named(found["name"]).rstrip()
        for word in found["words"].split():
            name, _equals, value = word.partition("=")
            if f"{{{name}}}" not in fragment:
                raise KeyError(f"the fragment {found['name']} has no {name}")
            fragment = fragment.replace(f"{{{name}}}", value)
        ends = not fragment or fragment.endswith(";") or found["within"] is not None
        return fragment if ends else f"{fragment};"

    return _INCLUDE.sub(filled, text)
