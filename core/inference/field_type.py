"""What type the values at one path have, by the shapes that they had in a sample.

Wherever a sample cannot decide, the type is taken that refuses fewer events, and the doubt is told.
"""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from core.inference.names import means_id, means_money, means_time
from core.inference.profile import PathProfile
from core.inference.values import TEXTS, WORDS, Shape, shown
from core.pipeline.types import MAX_PRECISION, FieldType
from core.text import _
from core.text.number_format import count

FEW = 0.01
"""The share of values of other types up to which they are told as errors of the data."""
_MONEY_SCALE, _MONEY_PRECISION = 2, 18
_EXACT_SCALE = 12

Family = Literal["boolean", "number", "text", "list", "object"]
_UNITS: tuple[tuple[Literal["s", "ms", "us"], int], ...] = (
    ("s", 1),
    ("ms", 1_000),
    ("us", 1_000_000),
)
_FIRST, _LAST = 631_152_000, 4_102_444_800
"""1990 and 2100, in seconds since 1970 UTC: numbers between them are taken for times."""


def type_of(counts: PathProfile, *, typed: bool) -> tuple[FieldType, list[str]]:
    """Return the type of the values at a path, and what is doubtful about it.

    typed: False where every value was text (CSV).
    """
    shapes = counts.shapes if typed else _as_typed(counts.shapes)
    families: Counter[Family] = Counter()
    for shape, number in shapes.items():
        families[_family(shape)] += number
    ((main, most),) = families.most_common(1)
    others = [shape for shape in shapes if _family(shape) != main]
    doubts = [_told(counts, shape, shapes[shape]) for shape in others]
    if counts.seen - most > counts.seen * FEW:
        mixed = [_("values of several types, kept as JSON"), *doubts]
        return (FieldType("json"), mixed) if typed else (FieldType("text"), doubts)
    kind, more = _type_of_family(main, counts, shapes)
    return kind, more + doubts


def _as_typed(shapes: Counter[Shape]) -> Counter[Shape]:
    """Return shapes of text as the shapes of what the text says."""
    says: dict[Shape, Shape] = {
        "integer_text": "integer",
        "decimal_text": "fraction",
        "boolean_text": "boolean",
    }
    found: Counter[Shape] = Counter()
    for shape, number in shapes.items():
        found[says.get(shape, shape)] += number
    return found


def _family(shape: Shape) -> Family:
    if shape in TEXTS:
        return "text"
    if shape in {"integer", "fraction", "huge"}:
        return "number"
    return shape if shape in {"boolean", "list"} else "object"


def _type_of_family(
    main: Family, counts: PathProfile, shapes: Counter[Shape]
) -> tuple[FieldType, list[str]]:
    """Return the type of values that are nearly all of one family."""
    if main == "number":
        return _number_type(counts, shapes)
    if main == "text":
        return _text_type(counts, shapes)
    if main == "boolean":
        return FieldType("boolean"), []
    reason = _("lists") if main == "list" else _("objects without a common layout")
    return FieldType("json"), [_("{what}, kept as JSON").format(what=reason)]


def _told(counts: PathProfile, shape: Shape, number: int) -> str:
    """Return the line about values of a type that the field has not."""
    examples = [value for found, value in counts.examples.items() if _same(found, shape)]
    return _("{count} of {total} were {shape}: {example}").format(
        count=count(number),
        total=count(counts.seen),
        shape=shape_told(shape),
        example=shown(examples[0] if examples else None),
    )


def _same(found: Shape, shape: Shape) -> bool:
    return found == shape or _as_typed(Counter({found: 1}))[shape] == 1


def shape_told(shape: Shape) -> str:
    """Return what values of a shape are called."""
    if shape in TEXTS:
        return {
            "timestamp": _("times"),
            "local_time": _("times without a zone"),
            "date": _("dates"),
        }.get(shape, _("text"))
    return {
        "integer": _("whole numbers"),
        "fraction": _("numbers"),
        "huge": _("numbers beyond 64 bits"),
        "boolean": _("true or false"),
        "list": _("lists"),
    }.get(shape, _("objects"))


def _number_type(counts: PathProfile, shapes: Counter[Shape]) -> tuple[FieldType, list[str]]:
    epoch = _epoch(counts, whole=not shapes["fraction"])
    if epoch is not None:
        return epoch
    if means_money(counts.steps[-1]) and counts.scale <= _EXACT_SCALE:
        doubts = [] if shapes["fraction"] else [_("only whole numbers were seen")]
        return _money(counts), doubts
    if shapes["fraction"]:
        return FieldType("number"), []
    if shapes["huge"]:
        return FieldType("decimal", MAX_PRECISION, 0), [_("numbers beyond 64 bits")]
    return FieldType("integer"), []


def _epoch(counts: PathProfile, *, whole: bool) -> tuple[FieldType, list[str]] | None:
    """Return the unit of numbers that are times by name and size; None where they are none."""
    low, high = counts.low, counts.high
    if low is None or high is None or not means_time(counts.steps[-1]):
        return None
    for unit, factor in _UNITS:
        if (whole or unit == "s") and _FIRST * factor <= low and high <= _LAST * factor:
            return FieldType("timestamp", epoch=unit), [_span(low, high, factor)]
    return None


def _money(counts: PathProfile) -> FieldType:
    """Return a decimal with room for a hundred times the greatest value."""
    scale = max(counts.scale, _MONEY_SCALE)
    precision = min(max(_MONEY_PRECISION, counts.digits + scale + 2), MAX_PRECISION)
    return FieldType("decimal", precision, scale)


def _span(low: Decimal, high: Decimal, factor: int) -> str:
    first, last = (datetime.fromtimestamp(int(value / factor), UTC).date() for value in (low, high))
    return _("taken for times from {first} to {last}; integer, if they are none").format(
        first=first, last=last
    )


def _text_type(counts: PathProfile, shapes: Counter[Shape]) -> tuple[FieldType, list[str]]:
    text: Counter[Shape] = Counter({shape: shapes[shape] for shape in shapes if shape in TEXTS})
    total = sum(text.values())
    ((main, most),) = text.most_common(1)
    few = total - most <= total * FEW
    others = [_told(counts, shape, text[shape]) for shape in text if shape != main]
    if main == "timestamp" and few:
        return FieldType("timestamp"), others
    if main in {"date", "uuid"} and few:
        return FieldType("date" if main == "date" else "uuid"), others
    name = counts.steps[-1]
    if set(text) <= {"decimal_text", "integer_text"} and means_money(name):
        return _money(counts), [_("numbers written as text")]
    doubts = []
    if main == "local_time" and few:
        doubts.append(_("times without a zone, or not as 2024-05-17T09:30:00Z: kept as text"))
    if main == "comma_text" and few:
        doubts.append(_("numbers with a decimal comma: kept as text"))
    if means_id(name) and set(text) <= WORDS:
        return FieldType("identifier"), doubts
    return FieldType("text"), doubts
