"""From counts to fields: which places become one, whether it is required, its column, its values.

What type a field has, `core.inference.field_type` says. Whatever stays doubtful is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.inference.field_type import FEW, type_of
from core.inference.names import column_name, fits_sql
from core.inference.profile import PathProfile, Profile
from core.inference.records import Steps
from core.inference.values import shown
from core.pipeline.base import path_of
from core.pipeline.columns import RESERVED_OF_DELETES
from core.pipeline.deletes import BEFORE, OPERATION, Envelope
from core.pipeline.types import FieldType
from core.text import _, clean
from core.text.number_format import count

MOST_FIELDS = 200
_SCHEMA = "schema"
"""What a converter of Connect puts beside `payload`, the same in every record."""
_OF_ENVELOPES = ((OPERATION,), ("source", "lsn"), ("source", "ts_ms"))
_MOST_CHOICES = 20
_SEEN_EACH = 5
_SEEN_IN_ALL = 50
_FREE_KEYS, _FREE_SHARE = 4, 0.5


@dataclass(frozen=True)
class Inferred:
    """One field. share: of the events, how many have a value. column: None keeps it out of SQL.

    one_of: its values, where they are few and none of them is rare. made_of: values that made-up
    events have, where a schema tells them. default: as JSON, where a schema tells one.
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
    default: str = ""

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
    kind, doubts = type_of(counts, typed=typed)
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
