"""The order event: its documented schema (Pydantic), and the reader that defines what is valid.

`parse_strict` is the reference. `core.consumer.decode` accepts exactly what it accepts, faster.
What is valid here reads back from the warehouse's JSON column with the same values; the SQL that
does so is in `docs/events.md`.
"""

import re
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Annotated, Any, Literal, LiteralString

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from core.consumer.decode_json import MAX_BYTES, read_json
from core.consumer.decode_reasons import EventError
from core.text import _, clean

EVENT_TYPE = "order_created"
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
MAX_QUANTITY = 1_000_000
MAX_PRICE = Decimal("99999999.99")  # what DECIMAL(10, 2) holds
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2262, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

_PRICE_TEXT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_MOMENT_TEXT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<zone>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_MAX_DIGITS = 38
_ZERO = Decimal(0)
_CENTS = Decimal("0.01")
_EXACT = Context(prec=4 * _MAX_DIGITS)
_SHOWN = 60


def _price(value: object) -> Decimal:
    """Return a price with two decimals from a JSON number or a plain decimal in a string."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise _refused("wrong_type", _wrong_type(_("a number, or a string that holds one"), value))
    if isinstance(value, str) and not _PRICE_TEXT.fullmatch(value):
        detail = _("{value} is not a plain decimal number")
        raise _refused("not_a_number", detail.format(value=_shown(value)))
    price = Decimal(value)
    if not _ZERO <= price <= MAX_PRICE:
        raise _refused("out_of_range", _outside(value, "0.00", MAX_PRICE))
    parts = price.as_tuple()
    if max(len(parts.digits), abs(int(parts.exponent))) <= _MAX_DIGITS:
        rounded = price.quantize(_CENTS, context=_EXACT)
        if rounded == price:
            return abs(rounded)  # JSON has a minus zero
    detail = _("{value} has more than two decimals, or too many digits")
    raise _refused("out_of_range", detail.format(value=_shown(value)))


def _moment(value: object) -> datetime:
    """Return a moment in UTC; digits beyond the microsecond are cut off, as the warehouse does."""
    if not isinstance(value, str):
        raise _refused("wrong_type", _wrong_type(_("a string"), value))
    moment = _read_moment(value)
    if moment is None:
        detail = _("{value} is not a date and time such as 2024-05-17T09:30:00Z")
        raise _refused("invalid_timestamp", detail.format(value=_shown(value)))
    if not FIRST_MOMENT <= moment <= LAST_MOMENT:
        raise _refused("out_of_range", _outside(value, FIRST_MOMENT.year, LAST_MOMENT.year))
    return moment.astimezone(UTC)


def _read_moment(text: str) -> datetime | None:
    """Return the moment that an RFC 3339 text names (upper-case T and Z), None where none is."""
    found = _MOMENT_TEXT.fullmatch(text)
    if found is None:
        return None
    fraction = (found["fraction"] or "")[:6].ljust(6, "0")
    zone = "+00:00" if found["zone"] == "Z" else found["zone"]
    try:
        return datetime.fromisoformat(f"{found['date']}T{found['time']}.{fraction}{zone}")
    except ValueError:  # the 30th of February
        return None


_DECIMAL_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 99_999_999.99, "multipleOf": 0.01},
        {"type": "string", "pattern": f"^{_PRICE_TEXT.pattern}$"},
    ]
}
Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Price = Annotated[Decimal, PlainValidator(_price), WithJsonSchema(_DECIMAL_SCHEMA)]
Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Order(BaseModel):
    """One version of an order, as a shop sends it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    id: Identifier
    product_id: Identifier
    customer_id: Identifier
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    unit_price: Price
    sold_at: Moment


class OrderEvent(BaseModel):
    """The envelope. timestamp: when the event was made, in UTC; latency counts from here."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    event_type: Literal["order_created"]
    order: Order
    timestamp: Moment


def parse_strict(payload: bytes | None, *, max_bytes: int = MAX_BYTES) -> OrderEvent:
    """Return the event of one payload, or raise EventError with a reason of `REASONS`.

    Fields that the schema does not name are allowed and left in the raw payload.
    """
    value = read_json(payload, max_bytes)
    try:
        return OrderEvent.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    raise _refusal(first)


def _refusal(error: ErrorDetails) -> EventError:
    """Turn the first thing wrong with an event into a reason and a line for the person."""
    field = ".".join(str(step) for step in error["loc"]) or _("event")
    value: Any = error["input"]
    reason, detail = _explain(error["type"], value, error.get("ctx", {}))
    return EventError(reason, _("{field}: {detail}").format(field=field, detail=detail))


def _explain(kind: str, value: object, context: dict[str, Any]) -> tuple[str, str]:
    """Return the reason and what to say for one kind of Pydantic error."""
    if "detail" in context:
        return kind, str(context["detail"])
    if kind == "missing":
        return "missing_field", _("missing")
    if kind == "literal_error" and isinstance(value, str):
        detail = _("{value} is not known, {known} is")
        return "unknown_event_type", detail.format(value=_shown(value), known=EVENT_TYPE)
    if kind == "string_pattern_mismatch":
        detail = _("{value} is not an id: 1 to 64 letters, digits, _ . : -")
        return "invalid_id", detail.format(value=_shown(value))
    if kind in {"greater_than_equal", "less_than_equal"}:
        return "out_of_range", _outside(value, 1, MAX_QUANTITY)
    expected = {"int_type": _("a whole number"), "model_type": _("an object")}
    return "wrong_type", _wrong_type(expected.get(kind, _("a string")), value)


def _refused(reason: LiteralString, detail: str) -> PydanticCustomError:
    return PydanticCustomError(reason, "{detail}", {"detail": detail})


def _wrong_type(expected: str, value: object) -> str:
    actual = _shown(value)
    return _("must be {expected}, is {actual}").format(expected=expected, actual=actual)


def _outside(value: object, low: object, high: object) -> str:
    message = _("{value} is outside {low} to {high}")
    return message.format(value=_shown(value), low=low, high=high)


def _shown(value: object) -> str:
    """Return a value as JSON would write it, short and harmless."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + clean(value, _SHOWN) + '"'
        case dict():
            return _("an object")
        case list():
            return _("a list")
        case _other:
            return clean(value, _SHOWN)
