"""From counts to fields: type, whether required, column, and what stays doubtful.

Wherever a sample cannot decide, the type is taken that refuses fewer events, and the doubt is told.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from core.inference.names import column_name, fits_sql, means_id, means_money, means_time
from core.inference.profile import PathProfile, Profile
from core.inference.records import Steps
from core.inference.values import TEXTS, WORDS, Shape, shown
from core.pipeline.base import path_of
from core.pipeline.columns import RESERVED_OF_DELETES
from core.pipeline.deletes import BEFORE, OPERATION, Envelope
from core.pipeline.types import MAX_PRECISION, FieldType
from core.text import _, clean
from core.text.number_format import count

FEW = 0.01
"""The share of values of other types up to which they are told as errors of the data."""
MOST_FIELDS = 200
_SCHEMA = "schema"
"""What a converter of Connect puts beside `payload`, the same in every record."""
_OF_ENVELOPES = ((OPERATION,), ("source", "lsn"), ("source", "ts_ms"))
_MOST_CHOICES = 20
_SEEN_EACH = 5
_SEEN_IN_ALL = 50
_FREE_KEYS, _FREE_SHARE = 4, 0.5
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


@dataclass(frozen=True)
class Inferred:
    """One field. share: of the events, how many have a value. column: None keeps it out of SQL.

    one_of: its values, where they are few and none of them is rare. made_of: values that made-up
    events have, where a schema tells them.
    """

    path: str
    steps: Steps
    type: FieldType
    required: bool
    share: float
    doubts: tuple[str, ...]
    counts: PathProfile
    column: str | None = None
    one_of: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last key of its path."""
        return self.steps[-1]


path_text = path_of
"""What leads over some keys, as a definition writes it."""


def infer_fields(profile: Profile, *, typed: bool) -> list[Inferred]:
    """Return the fields of a sample. typed: False where every value was text (CSV)."""
    found: list[Inferred] = []
    envelope = profile.envelope
    taken = list(RESERVED_OF_DELETES) if envelope or profile.tombstones else []
    for counts in _leaves(profile):
        events = profile.events
        place = counts.steps
        if envelope is not None and not envelope.holds(path_text(place)):
            if place[len(envelope.around) :] != (BEFORE,):
                found.append(_around_row(counts, envelope, events, taken))
            continue
        if envelope is not None:
            events -= profile.rowless
            place = place[len(envelope.around) + 1 :]
        field = _field(counts, events, typed=typed)
        if counts.seen == 0:
            found.append(field)
            continue
        if len(taken) < MOST_FIELDS and fits_sql(field.steps):
            column = column_name(place, taken)
            taken.append(column)
            field = replace(field, column=column)
        else:
            doubt = _("no column: its name cannot stand in SQL; it stays in the payload")
            if fits_sql(field.steps):
                doubt = _("no column: there are too many fields; it stays in the payload")
            field = replace(field, doubts=(*field.doubts, doubt))
        found.append(field)
    if envelope is not None:
        before = PathProfile((*envelope.around, BEFORE))
        found.append(_json_around(before, _("read for the key of a row that is deleted, only")))
    return found


def _around_row(counts: PathProfile, envelope: Envelope, events: int, taken: list[str]) -> Inferred:
    """Return a field of the envelope: what orders changes has a type, the rest is kept as it is."""
    place = counts.steps[len(envelope.around) :]
    if counts.seen == 0 or place not in _OF_ENVELOPES:
        return _json_around(counts)
    field = replace(_field(counts, events, typed=True), one_of=(), doubts=())
    if place == (OPERATION,):
        return field
    column = column_name(place, taken)
    taken.append(column)
    return replace(field, column=column)


def _json_around(counts: PathProfile, *doubts: str) -> Inferred:
    path = path_text(counts.steps)
    return Inferred(path, counts.steps, FieldType("json"), False, 0.0, doubts, counts)


def _leaves(profile: Profile) -> Iterator[PathProfile]:
    """Yield what becomes a field: values, and objects that are kept whole as JSON.

    Change events have fields that are null for years; they are no new ones when they come.
    """
    whole: set[Steps] = set()
    for steps, counts in profile.paths.items():
        if any(steps[:end] in whole for end in range(1, len(steps))) or not all(steps):
            continue
        wrapped = profile.envelope is not None
        if counts.seen == 0 and not (wrapped and counts.nulls):
            continue
        if not (wrapped and steps == (_SCHEMA,)) and _is_layout(counts, profile):
            continue
        whole.add(steps)
        yield counts


def _is_layout(counts: PathProfile, profile: Profile) -> bool:
    """Return whether the objects at a path have a layout of their own, and no free form."""
    objects = counts.shapes["object"]
    if counts.crowded or objects < counts.seen * (1 - FEW):
        return False
    children = list(profile.below(counts.steps))
    if not children:
        return False
    present = sum(child.seen for child in children) / (len(children) * objects)
    return len(children) < _FREE_KEYS or present >= _FREE_SHARE


def _field(counts: PathProfile, events: int, *, typed: bool) -> Inferred:
    if counts.seen == 0:
        return _json_around(counts, _("always null, so its type is not known: no column"))
    shapes = counts.shapes if typed else _as_typed(counts.shapes)
    kind, doubts = _type(counts, shapes, typed=typed)
    absent = events - counts.seen - counts.nulls
    if absent or counts.nulls:
        doubts.append(
            _("absent in {absent}, null in {nulls} of {total}").format(
                absent=count(absent), nulls=count(counts.nulls), total=count(events)
            )
        )
    field = Inferred(
        path_text(counts.steps),
        counts.steps,
        kind,
        counts.seen == events,
        counts.seen / events,
        (),
        counts,
    )
    if kind.kind == "text" and (choices := _choices(counts)):
        field = replace(field, one_of=choices)
        doubts.append(_("no other value was seen: others become dead letters"))
    elif kind.kind in {"text", "identifier"} and len(counts.values) == 1 < counts.seen:
        doubts.append(_("always {value}").format(value=shown(next(iter(counts.values)))))
    return replace(field, doubts=tuple(doubts))


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


def _type(
    counts: PathProfile, shapes: Counter[Shape], *, typed: bool
) -> tuple[FieldType, list[str]]:
    """Return the type of the values at a path, and what is doubtful about it."""
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


def _choices(counts: PathProfile) -> tuple[str, ...]:
    """Return all values of a field that has few of them, none rare; else nothing.

    Where every value came several times, hardly any other can have been missed (Good and Turing:
    the share of the unseen is about that of what was seen once).
    """
    values = counts.values
    if not 1 < len(values) <= _MOST_CHOICES or counts.seen < _SEEN_IN_ALL * len(values):
        return ()
    if min(values.values()) < _SEEN_EACH or any(clean(value) != value for value in values):
        return ()
    return tuple(sorted(values))
