"""Why a value is not taken by its field: one word for machines, a few for the person."""

from collections.abc import Iterable

from core.text import _, clean

_SHOWN = 60
_LISTED = 5


class ValueRefusedError(Exception):
    """A value that its field does not take. reason: of a dead letter. detail: for the person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def wrong_type(expected: str, value: object) -> ValueRefusedError:
    """Return the refusal of a value that is of another type."""
    detail = _("must be {expected}, is {actual}").format(expected=expected, actual=shown(value))
    return ValueRefusedError("wrong_type", detail)


def outside(value: object, low: object, high: object) -> ValueRefusedError:
    """Return the refusal of a value beyond its bounds."""
    detail = _("{value} is outside {low} to {high}")
    return ValueRefusedError(
        "out_of_range", detail.format(value=shown(value), low=clean(low), high=clean(high))
    )


def shown(value: object) -> str:
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


def listed(values: Iterable[object]) -> str:
    """Return the first few of several values, as a sentence lists them."""
    texts = [clean(value, _SHOWN) for value in values]
    return ", ".join(texts[:_LISTED]) + (", …" if len(texts) > _LISTED else "")
