"""Where a key stands in a TOML file, for messages that name the line."""

import re
import tomllib
from collections.abc import Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?")
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")

Place = tuple[str | int, ...]


def line_of(text: str, place: Sequence[str | int]) -> int:
    """Return the line (from 1) of a key, or of the nearest part around it that has one.

    place: keys and numbers of list entries, from the outermost inwards.
    """
    lines = _lines(text)
    for length in range(len(place), 0, -1):
        found = lines.get(tuple(place[:length]))
        if found is not None:
            return found
    return 1


def _lines(text: str) -> dict[Place, int]:
    """Return the line of every table and every key that begins a line."""
    found: dict[Place, int] = {}
    entries: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if (header := _HEADER.fullmatch(line)) is not None:
            keys = _keys(header[2])
            if keys is None:
                continue
            table = _within(keys[:-1], entries)
            table = (*table, keys[-1])
            if header[1] == "[[":
                found.setdefault(table, number)
                entries[table] = entries.get(table, -1) + 1
            table = _within(keys, entries)
            found.setdefault(table, number)
        elif (key := _KEY.match(line)) is not None:
            keys = _keys(key[1])
            if keys is not None:
                for length in range(1, len(keys) + 1):
                    found.setdefault((*table, *keys[:length]), number)
    return found


def _within(keys: Place, entries: dict[Place, int]) -> Place:
    """Return the place of a table; one below a list lies in its newest entry."""
    place: Place = ()
    for key in keys:
        place = (*place, key)
        if place in entries:
            place = (*place, entries[place])
    return place


def _keys(text: str) -> Place | None:
    """Return the keys of a dotted key as TOML reads them; None where it is none."""
    try:
        value: object = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return None
    keys: list[str | int] = []
    while isinstance(value, dict):
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys)
