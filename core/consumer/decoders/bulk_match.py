"""Many values judged at once: joined by line feeds, and matched by one regular expression.

Every pattern here is possessive, so that time grows with the length of the text and no faster.
They may be narrower than the strict rules of `values` and `moments`, never wider.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any, AnyStr, TypeVar

from core.pipeline.bounds import MAX_DIGITS
from core.pipeline.values import IDENTIFIER, UUID

Item = TypeVar("Item")

IDENTIFIERS = re.compile(rf"(?:{IDENTIFIER}\n)*+")
UUIDS = re.compile(rf"(?:{UUID}\n)*+")

# Of every year but 0, which Python's calendar lacks.
_LEAP = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY_OF_YEAR = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
DATES = re.compile(rf"(?:(?!0000)(?:[0-9]{{4}}-{_DAY_OF_YEAR}|{_LEAP}-02-29)\n)*+")

# The form only, and years that fit into nanoseconds: Arrow checks the rest.
MOMENT_FORMS = re.compile(
    r"(?:(?:19|2[01])[0-9-]{8}T[0-9:]{8}(?:\.[0-9]{1,9})?+(?:Z|[+-][0-9:]{5})\n)*+"
)
# Exact, to find the wrong ones; no offset leads out of these years to before 1970.
_YEAR = r"(?:20[0-9]{2}|19(?:7[1-9]|[89][0-9])|21[0-9]{2})"
_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
MOMENTS = re.compile(
    rf"(?:{_YEAR}-(?:{_DAY_OF_YEAR}|(?<={_LEAP}-)02-29)"
    rf"T{_HOUR}:[0-5][0-9](?:\.[0-9]{{1,9}})?+(?:Z|[+-]{_HOUR})\n)*+"
)

EPOCHS = re.compile(rb"(?:(?:0|[1-9][0-9]{0,15}+)(?:\.[0-9]{1,9})?+\n)*+")
PLAIN_JSON = re.compile(rb'(?:(?:[^{"\\\n\x80-\xff]|"[^"\\\n\x80-\xff]*+")++\n)*+')
"""JSON without objects, escapes and letters beyond ASCII."""

_MOST_ZEROS = 8


def decimals(precision: int, scale: int, *, signed: bool) -> re.Pattern[bytes]:
    """Return the pattern of numbers with some digits before and some behind the point."""
    whole = precision - scale
    digits = f"(?:0|[1-9][0-9]{{0,{whole - 1}}}+)" if whole else "0"
    zeros = f"0{{0,{min(_MOST_ZEROS, MAX_DIGITS - precision)}}}"
    fraction = rf"[0-9]{{1,{scale}}}{zeros}" if scale else f"0{zeros}"
    number = rf"{'-?' if signed else ''}{digits}(?:\.{fraction}+)?+"
    return re.compile(rf'(?:(?:{number}|"{number}")\n)*+'.encode())


def mismatches(values: Sequence[Any], lines: re.Pattern[AnyStr], end: AnyStr) -> list[int]:
    """Return the places of values (str, or bytes in any guise) that are no line of the pattern."""
    if not values:
        return []
    joined = end.join(values) + end
    if joined.count(end) != len(values):  # a value that holds a line feed is no match
        plain = type(end)
        values = [end[:0] if end in plain(value) else value for value in values]
        joined = end.join(values) + end
    wrong = []
    place = start = 0
    while (found := lines.match(joined, start)) is not None and found.end() < len(joined):
        place += joined.count(end, start, found.end())
        wrong.append(place)
        place += 1
        start = joined.index(end, found.end()) + 1
    return wrong


def others(count: int, excluded: Collection[int]) -> list[int]:
    """Return the numbers below a count that are not excluded, ascending."""
    if not excluded:
        return list(range(count))
    without_ = set(excluded)
    return [number for number in range(count) if number not in without_]


def without(items: list[Item], places: Collection[int]) -> list[Item]:
    """Return the items that do not stand at one of the places."""
    return [item for place, item in enumerate(items) if place not in places]
