"""Templates of SQL: those that `init` writes once, and those of reference tables.

They are filled with names that a definition has checked; values are bound, never formatted in.
"""

import re

import jinja2

from core.pipeline.reserved_words import RESERVED_WORDS

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def environment() -> jinja2.Environment:
    """Return what fills templates."""
    places = (("core.inference", "templates"), ("sql", "engine"))
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(*place) for place in places]),
        autoescape=False,  # noqa: S701 - TOML and SQL; every name in it is checked
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    made.tests["plain"] = _is_plain
    return made


def _is_plain(step: str) -> bool:
    """Return whether a key can stand in a path without quotes."""
    return _PLAIN.fullmatch(step) is not None and step.lower() not in RESERVED_WORDS
