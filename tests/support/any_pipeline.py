"""Random definitions, and random events for them: usual, unusual and hostile.

Everything is drawn from a `random.Random`, which Hypothesis can hand out too.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from core.pipeline import Definition
from core.pipeline.base import steps
from core.pipeline.fields import EventField

KEYS = ("id", "a", "b", "at", "kind", "é", "x y", "A", "0", "$", "deep.er", "event_type")
TYPES = (
    "identifier", "text", "integer", "decimal(10,2)", "decimal(38,0)", "decimal(4,4)",
    "decimal(18,9)", "number", "boolean", "timestamp", "timestamp(s)", "timestamp(ms)",
    "timestamp(us)", "date", "uuid", "json",
)  # fmt: skip
WORDS = ("", "a", "A1", "order_created", "é", "a b", 'say "x"', "back\\slash", "line\nfeed", "\0",
         "\x7f", "\u2028", "😀", "null", "x" * 70, "P_1", "P_2", "2024-02-30", "1.50")  # fmt: skip
ODD = (
    "null", "true", "false", "0", "-0", "-0.0", "1", "-1", "1.0",
    "1E2", "1e400", "-1e400", "1e-400",
    "1e-99999999999999999999", "0e99999999999999999999", "1e99999999999999999999",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" * 70, "1" * 400,
    "0.1", "0.100000000000000005551115123", "12.345", "99999999.99", "100000000",
    "9007199254740993",
    "1715938200", "1715938200123", "1715938200123456", "9224318015999", "9224318016000.000001",
    "9224318015.999999999", "0.0000001", "-0.0000001", '"1.50"', '"-1"', '"1e2"', '"01"', '""',
    '"A1"', '"a\\u0022b"', '"a\\u0022\\u0022b"', '"\\ud800"', '"\\ud83d\\ude00"', '"a\\"b"',
    '"\\/"',
    '"\u00e9"', '"a\\nb"', '"2024-05-17T09:30:00Z"', '"2023-02-29"', '"0000-01-01"', '"9999-12-31"',
    '"1900-02-29"', '"2000-02-29"', '"2262-12-31T23:59:59.999999999Z"', '"2263-01-01T00:00:00Z"',
    '"1970-01-01T00:00:00+00:01"', '"2200-01-01T00:00:00Z"', '"1969-12-31T23:59:59Z"',
    '"123e4567-e89b-12d3-a456-426614174000"', '"123E4567-E89B-12D3-A456-426614174000"',
    '"123e4567e89b12d3a456426614174000"', "[]", "{}", "[1, 2]", '{"a": 1, "a": 2}',
    '{"a": {"b": []}}',
    '["x", {"y": "z"}]', "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "NaN",
    "Infinity", "-Infinity", "01", "+1", ".5", "[1,]", '{"a":1,}', '"', "nul", '"\t"', '["{"]',
    '{"a\\u0061": "", "aa": ""}', '"[[["',
)  # fmt: skip


def definition(chance: Random) -> Definition:
    """Return a definition with a key, some further fields, and rules of all kinds."""
    fields: dict[str, dict[str, Any]] = {}
    objects = [(), (chance.choice(KEYS),), (chance.choice(KEYS), chance.choice(KEYS))]
    for number in range(chance.randint(1, 8)):
        last = chance.choice(KEYS) if chance.random() < 0.99 else 'a "key"'
        place = (*chance.choice(objects), last)
        if any(_within(place, steps(path)) for path in fields):
            continue
        fields[_path(place)] = _field(chance, number)
    key = next(iter(fields), None) or "id"
    fields[key] = {"type": chance.choice(("identifier", "text", "integer", "uuid")), "column": "k"}
    times = [path for path, field in fields.items() if field["type"].startswith("timestamp")]
    kinds = [path for path, field in fields.items() if field["type"] in {"text", "identifier"}]
    event: dict[str, Any] = {
        "key": key,
        "unknown_fields": chance.choice(("keep", "keep", "reject")),
        "max_bytes": chance.choice((65_536, 65_536, 200)),
    }
    if times and chance.random() < 0.8:
        event["time"] = chance.choice(times)
    if kinds and chance.random() < 0.6:
        event["type"] = chance.choice(kinds)
        event["types"] = tuple(chance.sample(WORDS[:6], chance.randint(0, 3)))
    return simple(fields, **event)


def simple(fields: dict[str, dict[str, Any]], **event: Any) -> Definition:
    """Return a definition of some fields, the first of which is its key."""
    return Definition.model_validate(
        {
            "version": 1,
            "name": "any",
            "topic": {"name": "any"},
            "tables": {"schema": "s", "events": "e", "rows": "r"},
            "event": {"key": next(iter(fields)), **event},
            "fields": fields,
        }
    )


def _within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _path(place: tuple[str, ...]) -> str:
    return ".".join(key.replace("\\", "\\\\").replace(".", "\\.") for key in place)


def _field(chance: Random, number: int) -> dict[str, Any]:
    kind = chance.choice(TYPES)
    made: dict[str, Any] = {
        "type": kind,
        "required": chance.random() < 0.5,
        "column": f"c{number}",
    }
    rule = chance.random()
    if kind in {"text", "identifier"} and rule < 0.2:
        made["pattern"] = chance.choice(("[A-Za-z0-9_]*", "(?i)a.*", "", "a|A1|.{2}", "^a$"))
    elif kind in {"text", "identifier", "uuid", "date"} and rule < 0.4:
        made["one_of"] = tuple(chance.sample(WORDS, 4))
    elif kind == "boolean" and rule < 0.3:
        made["one_of"] = (chance.random() < 0.5,)
    elif kind == "integer" and rule < 0.2:
        made["one_of"] = (0, 1, 5)
    elif rule < 0.6 and (bounds := _bounds(kind)):
        made.update({name: value for name, value in bounds.items() if chance.random() < 0.7})
    return made


def _bounds(kind: str) -> dict[str, Any]:
    if kind == "date":
        return {"min": _day("1950-06-15"), "max": _day("2024-05-17")}
    if kind.startswith("timestamp"):
        return {"min": _day("2001-01-01"), "max": _moment("2024-05-17T09:30:00+00:00")}
    if kind == "decimal(4,4)":
        return {"min": Decimal("-0.5"), "max": Decimal("0.1")}
    if kind.startswith("decimal"):
        return {"min": Decimal(0), "max": Decimal("99.99")}
    if kind == "integer":
        return {"min": Decimal("-1.5"), "max": Decimal("5.5")}
    return {"min": Decimal("0.1"), "max": Decimal(100)} if kind == "number" else {}


def _day(text: str) -> Any:
    return date.fromisoformat(text)


def _moment(text: str) -> Any:
    return datetime.fromisoformat(text)


def payload(chance: Random, made: Definition, *, odd: float = 0.05) -> bytes | None:
    """Return an event of a definition. odd: how probably each of its parts is an unusual one."""
    text = _object(chance, _tree(made), odd)
    if chance.random() < odd:
        text = chance.choice(("", " ", "[]", "null", text[:-1], text + "}", "\ufeff" + text, "{}"))
    value = text.encode("utf-8", "surrogatepass")
    if chance.random() < odd / 2:
        place = chance.randrange(len(value) + 1)
        value = value[:place] + chance.choice((b"\xff", b"\xc0\xaf", b"\x00", b'"')) + value[place:]
    return None if chance.random() < odd / 10 else value


def _tree(made: Definition) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, field in made.fields.items():
        place = steps(path)
        inner = tree
        for step in place[:-1]:
            inner = inner.setdefault(step, {})
        inner[place[-1]] = field
    return tree


def _object(chance: Random, tree: dict[str, Any], odd: float) -> str:
    pairs = []
    for key, part in tree.items():
        optional = not _required(part)
        if chance.random() < (0.25 if optional else odd / 3):
            continue
        if (optional and chance.random() < 0.15) or chance.random() < odd / 3:
            value = "null"
        elif isinstance(part, EventField):
            value = chance.choice(ODD) if chance.random() < odd else usual(chance, part)
        else:
            value = chance.choice(ODD) if chance.random() < odd else _object(chance, part, odd)
        pairs.append((_key(chance, key, odd), value))
    if pairs and chance.random() < odd / 2:  # a key twice
        pairs.insert(chance.randrange(len(pairs) + 1), chance.choice(pairs))
    if chance.random() < odd:  # a key that the definition does not know
        pairs.insert(
            chance.randrange(len(pairs) + 1),
            (json.dumps(chance.choice(("", "further", *KEYS))), chance.choice(ODD)),
        )
    if chance.random() < odd:
        chance.shuffle(pairs)
    comma, colon = chance.choice(((",", ":"), (", ", ": "), (" ,\n", "\t: ")))
    return "{" + comma.join(f"{key}{colon}{value}" for key, value in pairs) + "}"


def _required(part: EventField | dict[str, Any]) -> bool:
    if isinstance(part, EventField):
        return part.required
    return any(map(_required, part.values()))


def _key(chance: Random, key: str, odd: float) -> str:
    if chance.random() < odd:
        return '"' + "".join(f"\\u{ord(letter):04x}" for letter in key) + '"'
    return json.dumps(key, ensure_ascii=False)


def usual(chance: Random, field: EventField) -> str:
    """Return a value of a field, most of them valid ones."""
    if field.one_of and chance.random() < 0.9:
        return json.dumps(chance.choice(field.one_of))
    return _USUAL[field.type.kind](chance, field)


def _text(chance: Random, _field: EventField) -> str:
    return json.dumps(chance.choice(WORDS), ensure_ascii=chance.random() < 0.5)


def _decimal(chance: Random, field: EventField) -> str:
    scale = field.type.scale
    digits = min(field.type.precision - scale, chance.choice((1, 2, 30)))
    whole = str(chance.randrange(10**digits)) if digits else "0"
    decimals = chance.randint(0, scale + 1)
    fraction = "." + "".join(chance.choices("0123456789", k=decimals)) if decimals else ""
    number = chance.choice(("", "", "", "-")) + whole + fraction + ("00" if fraction else "")
    return f'"{number}"' if chance.random() < 0.3 else number


def _timestamp(chance: Random, field: EventField) -> str:
    seconds = chance.choice((chance.randrange(1_715_938_201), chance.randrange(9_000_000_000)))
    fraction = chance.choice(("", "", ".5", ".123456789"))
    if field.type.epoch:
        return str(seconds * {"s": 1, "ms": 1_000, "us": 1_000_000}[field.type.epoch]) + fraction
    year, day = chance.randint(1970, 2262), chance.randint(1, 29)
    zone = chance.choice(("Z", "Z", "+00:00", "-11:30", "+14:00"))
    return (
        f'"{year}-{chance.randint(1, 12):02d}-{day:02d}T09:30:{seconds % 60:02d}{fraction}{zone}"'
    )


def _date(chance: Random, _field: EventField) -> str:
    return (
        f'"{chance.randint(1, 2200):04d}-{chance.randint(1, 12):02d}-{chance.randint(1, 31):02d}"'
    )


def _uuid(chance: Random, _field: EventField) -> str:
    text = "".join(chance.choices("0123456789abcdef", k=32))
    return f'"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"'


_USUAL: dict[str, Callable[[Random, EventField], str]] = {
    "identifier": lambda chance, _field: json.dumps(chance.choice(("A1", "P_1", "a", "x" * 64))),
    "text": _text,
    "integer": lambda chance, _field: str(chance.randint(-3, 7)),
    "decimal": _decimal,
    "number": lambda chance, _field: repr(chance.choice((1, 0.1, 100, 5e-324, 1.5e300, -2.25))),
    "boolean": lambda chance, _field: chance.choice(("true", "false")),
    "timestamp": _timestamp,
    "date": _date,
    "uuid": _uuid,
    "json": lambda chance, _field: chance.choice(
        ("1", "[1, 2.5]", '["a", "b"]', '{"a": {"b": [1]}}', '"é"', "{}", '[{"x": "y"}]', "true")
    ),
}
