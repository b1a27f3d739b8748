"""Values of one field, made up: by its hint where it has one, else by its type and bounds."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Context, Decimal
from uuid import UUID

from core.errors import ConfigError
from core.pipeline import Definition
from core.pipeline.bounds import (
    FIRST_MOMENT,
    MICROSECOND,
    date_bounds,
    decimal_bounds,
    integer_bounds,
    microseconds,
    moment_bounds,
    number_bounds,
)
from core.pipeline.cells import cell_json, exact_json, moment_cell, quoted
from core.pipeline.fields import Choice, EventField, Hint
from core.pipeline.value_errors import ValueRefusedError
from core.pipeline.values import reader_of
from core.text import _, clean, ngettext

Generator = Callable[[int], str]
"""From the number of an event to the JSON text of a value."""

_WIDE = Decimal(1_000)
_ABSENT = 0.1
"""Share of events that lack an optional value."""
_TRIES = 200
_FINEST = 300
_EXACT = Context(prec=400)
_FAKER_SEED = 2**32
_BOUNDS: dict[str, Callable[[EventField], tuple[Decimal | float, Decimal | float]]] = {
    "integer": integer_bounds,
    "decimal": decimal_bounds,
    "number": number_bounds,
}


def generator_of(
    definition: Definition,
    path: str,
    chance: random.Random,
    now: datetime,
    keys: Callable[[str], Sequence[str]],
) -> Generator:
    """Return what makes the values of a field.

    keys: of a table of reference, by its name. Errors: ConfigError where nothing can be made.
    """
    field = definition.fields[path]
    make = _valid(definition, path, _generator(definition, path, chance, now, keys), chance)
    if field.required:
        return make
    return lambda number: "null" if chance.random() < _ABSENT else make(number)


def _generator(
    definition: Definition,
    path: str,
    chance: random.Random,
    now: datetime,
    keys: Callable[[str], Sequence[str]],
) -> Generator:
    field = definition.fields[path]
    hint = field.hint or Hint()
    if hint.choices is not None:
        return _chosen(field, hint.choices, chance)
    if allowed := definition.allowed(path):
        return _chosen(field, allowed, chance)
    named = (name for name, table in definition.references.items() if table.field == path)
    reference = hint.reference or (next(named, None) if field.hint is None else None)
    if reference is not None:
        known = keys(reference)
        return lambda _number: _cell(field, chance.choice(known))
    if hint.sequence is not None:
        pattern = hint.sequence
        return lambda number: _cell(field, pattern.replace("{n}", str(number)))
    if hint.faker is not None:
        return _faked(field, path, hint.faker, chance)
    return _typed(field, hint, path, chance, now)


def _typed(
    field: EventField, hint: Hint, path: str, chance: random.Random, now: datetime
) -> Generator:
    """Return what makes values by the type alone."""
    kind = field.type.kind
    if kind in {"integer", "decimal", "number"}:
        return _numbers(field, hint, path, chance)
    if kind == "boolean":
        return lambda _number: chance.choice(("true", "false"))
    if kind == "uuid":
        return lambda _number: f'"{UUID(int=chance.getrandbits(128), version=4)}"'
    if kind in {"timestamp", "date"}:
        return _times(field, chance, now)
    if kind == "json":
        return lambda number: json.dumps({"n": number})
    word = path.rpartition(".")[2]
    stem = "".join(letter for letter in word if letter.isascii() and letter.isalnum()) or "v"
    return lambda _number: quoted(f"{stem[:40]}-{chance.randint(1, 50)}")


def _times(field: EventField, chance: random.Random, now: datetime) -> Generator:
    """Return what makes moments of now, or days of the last year, within their bounds."""
    if field.type.kind == "timestamp":
        first, last = moment_bounds(field)
        moment = FIRST_MOMENT + min(max(microseconds(now), first), last) * MICROSECOND
        text = cell_json(moment_cell(moment, field.type), field.type)
        return lambda _number: text
    first_day, last_day = date_bounds(field)
    newest = min(now.date(), last_day)
    span = max(min((newest - first_day).days, 365), 0)
    return lambda _number: quoted(str(newest - timedelta(days=chance.randint(0, span))))


def _numbers(field: EventField, hint: Hint, path: str, chance: random.Random) -> Generator:
    low, high = map(Decimal, _BOUNDS[field.type.kind](field))
    if field.min is None:
        low = max(low, min(Decimal(0), high - _WIDE))
    if field.max is None:
        high = min(high, low + _WIDE)
    scale = {"integer": 0, "number": 3}.get(field.type.kind, field.type.scale)
    unit = Decimal(1).scaleb(-scale)
    while scale < _FINEST and field.type.kind == "number" and high - low < unit:
        scale, unit = scale + 3, unit.scaleb(-3)
    least = int(_EXACT.divide(low, unit).to_integral_value("ROUND_CEILING", _EXACT))
    most = int(_EXACT.divide(high, unit).to_integral_value("ROUND_FLOOR", _EXACT))
    if least > most:
        raise ConfigError(
            ngettext(
                "fields.{path}: no number with {scale} decimal lies within its bounds",
                "fields.{path}: no number with {scale} decimals lies within its bounds",
                scale,
            ).format(path=clean(path, 120), scale=scale),
            hint=_("widen min and max, or give the field a hint: choices"),
        )

    def make(_number: int) -> str:
        if hint.mean is None:
            place = chance.randint(least, most)
        else:
            drawn = Decimal(chance.gauss(hint.mean, hint.deviation or 0.0))
            place = int(_EXACT.divide(drawn, unit).to_integral_value(context=_EXACT))
            place = min(max(place, least), most)
        return f"{Decimal(place).scaleb(-scale, _EXACT):f}"

    return make


def _chosen(
    field: EventField,
    choices: Sequence[Choice] | dict[str, float],
    chance: random.Random,
) -> Generator:
    values = list(choices)
    weights = list(choices.values()) if isinstance(choices, dict) else None
    texts = [_cell(field, value) for value in values]
    return lambda _number: chance.choices(texts, weights)[0]


def _faked(field: EventField, path: str, name: str, chance: random.Random) -> Generator:
    from faker import Faker  # noqa: PLC0415 - takes long to load

    fake = Faker()
    fake.seed_instance(chance.randrange(_FAKER_SEED))
    provider = getattr(fake, name, None)
    if not callable(provider):
        raise ConfigError(
            _("fields.{path}.hint.faker: {name} is no provider of Faker").format(
                path=clean(path, 120), name=repr(clean(name, 60))
            ),
            hint=_("https://faker.readthedocs.io names them, for example name or user_name"),
        )
    return lambda _number: _cell(field, provider())


def _cell(field: EventField, value: object) -> str:
    """Return a value as JSON, in the kind that the field's type has."""
    if field.type.kind == "json":
        return json.dumps(value, ensure_ascii=False, default=str)
    return cell_json(str(value), field.type)


def _valid(definition: Definition, path: str, make: Generator, chance: random.Random) -> Generator:
    """Return what makes the same, tried until it is valid. Errors: ConfigError at once where not.

    A text that has to match a pattern needs a hint, for example.
    """
    read = reader_of(definition.event, definition.fields, path)

    def made(number: int) -> str:
        for _try in range(_TRIES):
            text = make(number)
            try:
                read(exact_json(text))
            except ValueRefusedError as error:
                refused = error
            else:
                return text
        raise ConfigError(
            _("fields.{path}: no value can be made up: {reason}").format(
                path=clean(path, 120), reason=refused.detail
            ),
            hint=_("give the field a hint: choices, a sequence, a provider of Faker"),
        )

    state = chance.getstate()
    made(1)
    chance.setstate(state)
    return made
