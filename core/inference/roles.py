"""Which field is the key, the event's time, its type, and what makes a version newer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import UsageError
from core.inference.fields import Inferred
from core.inference.names import CHANGE_WORDS, VERSION_WORDS, means_id, words
from core.inference.profile import Profile
from core.inference.values import shown
from core.pipeline.deletes import OPERATION, OPERATIONS, Envelope
from core.pipeline.fields import is_key_type
from core.text import _, clean, ngettext
from core.text.number_format import count

_KEYED = 0.99
_MOST_TYPES = 50
_TYPE_NAMES = ("event_type", "type", "event", "event_name", "kind", "action", "op", "operation")
_TIME_NAMES = (
    "timestamp",
    "event_time",
    "occurred_at",
    "ts",
    "time",
    "datetime",
    "event_timestamp",
    "created_at",
    "updated_at",
)
_SHOWN = 8


@dataclass(frozen=True)
class Roles:
    """Paths by role. types: kinds of events that were seen. doubts: by role, for comments.

    envelope: of change events, with the key. tombstones: whether records without a value delete.
    """

    key: Inferred
    time: Inferred | None
    type: Inferred | None
    types: tuple[str, ...]
    version: tuple[Inferred, ...]
    doubts: dict[str, tuple[str, ...]]
    envelope: Envelope | None = None
    tombstones: bool = False

    @property
    def deletes(self) -> bool:
        """Whether rows can be deleted."""
        return self.envelope is not None or self.tombstones


def find_roles(
    profile: Profile, fields: Sequence[Inferred], *, key: str | None, time: str | None, name: str
) -> Roles:
    """Return the roles. key, time: paths that were asked for. name: of the pipeline.

    Errors: UsageError for a path that cannot have its role, or when nothing can be the key.
    """
    doubts: dict[str, tuple[str, ...]] = {}
    around = profile.envelope
    if around is not None:
        return _roles_of_changes(profile, fields, around, key=key, time=time, name=name)
    if key is not None:
        chosen = _asked(fields, "--key", key, _can_be_key)
    else:
        chosen, doubts["key"] = _find_key(profile, fields, name)
    if time is not None:
        moment: Inferred | None = _asked(fields, "--time", time, _can_be_time)
    else:
        moment, doubts["time"] = _find_time(fields)
    kind = _find_type(fields, chosen)
    types = () if kind is None else tuple(sorted(kind.counts.values))
    versions = _versions(fields, chosen, moment)
    deletes, doubts["tombstones"] = _tombstones(profile, chosen)
    return Roles(chosen, moment, kind, types, versions, doubts, tombstones=deletes)


def _roles_of_changes(
    profile: Profile,
    fields: Sequence[Inferred],
    around: Envelope,
    *,
    key: str | None,
    time: str | None,
    name: str,
) -> Roles:
    """Return the roles of change events, of which their envelope tells all but the key."""
    doubts: dict[str, tuple[str, ...]] = {}
    within = [field for field in fields if around.holds(field.path)]
    if key is not None:
        chosen = _asked(within, "--key", key, _can_be_key)
    else:
        chosen, doubts["key"] = _find_key(profile, within, name)
    by_path = {field.path: field for field in fields if field not in within}
    moment = by_path.get(around.path("source", "ts_ms"))
    if time is not None:
        moment = _asked(list(by_path.values()), "--time", time, _can_be_time)
    elif moment is not None and not (_can_be_time(moment) and moment.required):
        moment = None
    order = by_path.get(around.path("source", "lsn"))
    if order is None or order.type.kind != "integer" or not order.required:
        order = moment
    envelope = Envelope(around.around, chosen.steps[len(around.around) + 1 :])
    _deletes, doubts["tombstones"] = _tombstones(profile, chosen)
    return Roles(
        chosen,
        moment,
        by_path[around.path(OPERATION)],
        OPERATIONS,
        () if order is None else (order,),
        doubts,
        envelope,
        tombstones=True,
    )


def _tombstones(profile: Profile, key: Inferred) -> tuple[bool, tuple[str, ...]]:
    """Return whether records without a value delete rows: where their key is the row's."""
    if not profile.tombstones:
        return False, ()
    told = ngettext(
        "{count} of {total} records has no value",
        "{count} of {total} records have no value",
        profile.tombstones,
    ).format(count=count(profile.tombstones), total=count(profile.sampled))
    if _is_message_key(key, profile):
        return True, (told,)
    return False, (told, _("their key is not the row's, so they stay dead letters"))


def _can_be_key(field: Inferred) -> bool:
    return field.required and is_key_type(field.type) and field.column is not None


def _can_be_time(field: Inferred) -> bool:
    return field.type.kind == "timestamp" and field.column is not None


def _asked(
    fields: Sequence[Inferred], option: str, path: str, can_be: Callable[[Inferred], bool]
) -> Inferred:
    """Return the field that an option names. Errors: UsageError."""
    usable = [field for field in fields if can_be(field)]
    for field in usable:
        if field.path == path:
            return field
    known = ", ".join(clean(field.path, 60) for field in usable[:_SHOWN]) or _("none")
    there = any(field.path == path for field in fields)
    message = (
        _("{option}: {path} cannot be that in every event")
        if there
        else _("{option}: no event has a field {path}")
    )
    raise UsageError(
        message.format(option=option, path=clean(path, 80)),
        hint=_("these can: {paths}").format(paths=known),
    )


def _find_key(
    profile: Profile, fields: Sequence[Inferred], name: str
) -> tuple[Inferred, tuple[str, ...]]:
    usable = [field for field in fields if _can_be_key(field)]
    keyed = [field for field in usable if _is_message_key(field, profile)]
    unique = [field for field in usable if field.counts.unique and means_id(field.name)]
    named = [field for field in keyed if means_id(field.name)]
    ids = [field for field in usable if means_id(field.name)]
    any_unique = [field for field in usable if field.counts.unique]
    for found in (named, unique, keyed, ids, any_unique):
        if found:
            best = min(found, key=lambda field: _rank(field, name))
            return best, _key_doubts(best, keyed, unique)
    listed = ", ".join(clean(field.path, 60) for field in usable[:_SHOWN]) or _("none")
    raise UsageError(
        _("no field can be the key: none that every event has tells rows apart"),
        hint=_("name one with --key PATH; these are in every event: {paths}").format(paths=listed),
    )


def _is_message_key(field: Inferred, profile: Profile) -> bool:
    enough = profile.keys >= profile.events * _KEYED
    rows = profile.events - profile.rowless
    return profile.keys > 0 and enough and field.counts.keyed >= rows * _KEYED


def _rank(field: Inferred, name: str) -> tuple[int, int, int, str]:
    """Return how near a field is to being the identity: `id`, `<pipeline>_id`, others."""
    last = words(field.name)
    around = words(field.steps[-2]) if len(field.steps) > 1 else words(name)
    own = last in {("id",), (*around, "id"), (*(word.rstrip("s") for word in around), "id")}
    return (not own, len(field.steps), len(last), field.path)


def _key_doubts(
    best: Inferred, keyed: Sequence[Inferred], unique: Sequence[Inferred]
) -> tuple[str, ...]:
    told = []
    if best in keyed:
        told.append(_("it is the key of the messages"))
    different = len(best.counts.distinct)
    told.append(
        _("each value came once")
        if best.counts.unique
        else _("{count} of {total} values are different").format(
            count=count(different), total=count(best.counts.seen)
        )
    )
    others = [field.path for field in unique if field is not best][:_SHOWN]
    if others and not best.counts.unique:
        told.append(
            _("with {paths} as the key, every event would be a row").format(
                paths=clean(", ".join(others), 200)
            )
        )
    return tuple(told)


def _find_time(fields: Sequence[Inferred]) -> tuple[Inferred | None, tuple[str, ...]]:
    usable = [field for field in fields if _can_be_time(field) and field.required]
    if not usable:
        return None, (_("no event time was found: the time of arrival stands in for it"),)
    best = min(usable, key=_time_rank)
    others = [field.path for field in usable if field is not best][:_SHOWN]
    told = (
        (_("other times: {paths}").format(paths=clean(", ".join(others), 200)),) if others else ()
    )
    return best, told


def _time_rank(field: Inferred) -> tuple[int, int, str]:
    name = "_".join(words(field.name))
    place = _TIME_NAMES.index(name) if name in _TIME_NAMES else len(_TIME_NAMES)
    return (len(field.steps), place, field.path)


def _find_type(fields: Sequence[Inferred], key: Inferred) -> Inferred | None:
    """Return the field that tells kinds of events apart."""
    usable = [
        field
        for field in fields
        if field is not key
        and field.required
        and field.type.kind in {"text", "identifier"}
        and "_".join(words(field.name)) in _TYPE_NAMES
        and len(field.steps) == 1
        and 0 < len(field.counts.values) <= _MOST_TYPES
    ]
    return min(usable, key=lambda one: _TYPE_NAMES.index("_".join(words(one.name))), default=None)


def _versions(
    fields: Sequence[Inferred], key: Inferred, time: Inferred | None
) -> tuple[Inferred, ...]:
    """Return what makes a version newer: a counter, a time of change, then the event's time."""
    usable = [
        field for field in fields if field.required and field.column is not None and field != key
    ]
    counters = [
        field
        for field in usable
        if field.type.kind == "integer" and words(field.name)[-1:] in {(w,) for w in VERSION_WORDS}
    ]
    changes = [
        field
        for field in usable
        if field.type.kind == "timestamp" and set(words(field.name)) & CHANGE_WORDS
    ]
    chosen = [*counters[:1], *changes[:1]]
    if time is not None and time.required and time not in chosen:
        chosen.append(time)
    return tuple(chosen)


def type_doubt(roles: Roles) -> str:
    """Return what to say of kinds of events that were not seen; empty where there is no type."""
    if roles.type is None:
        return ""
    rare = [value for value in roles.types if roles.type.counts.values[value] == 1]
    if not rare:
        return ""
    return _("seen only once: {values}").format(
        values=clean(", ".join(shown(value) for value in rare[:_SHOWN]), 200)
    )
