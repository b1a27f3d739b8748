"""Broken records of every kind that a consumer has to survive, each made from a good one."""

from collections.abc import Callable

OVERSIZE_BYTES = 100_000
DEPTH = 10_000
"""Levels of nesting; small enough in bytes that depth, not size, is what is wrong."""


def _truncate(value: bytes) -> bytes:
    return value[: len(value) // 2]


def _not_utf8(value: bytes) -> bytes:
    return value.replace(b'"product_id":"', b'"product_id":"\xff\xfe', 1)


def _number(value: bytes) -> bytes:
    return _with(value, b'"unit_price":', b"NaN")


def _type(value: bytes) -> bytes:
    return _with(value, b'"quantity":', b'"two"')


def _missing(value: bytes) -> bytes:
    start = value.index(b'"customer_id":')
    return value[:start] + value[value.index(b'"quantity":', start) :]


def _negative(value: bytes) -> bytes:
    return _with(value, b'"unit_price":', b"-1.00")


def _oversize(value: bytes) -> bytes:
    return value[:-1] + b',"note":"' + b"x" * OVERSIZE_BYTES + b'"}'


def _deep(value: bytes) -> bytes:
    return value[:-1] + b',"note":' + b"[" * DEPTH + b"]" * DEPTH + b"}"


def _twice(value: bytes) -> bytes:
    return value.replace(b'"quantity":', b'"quantity":1,"quantity":', 1)


def _tombstone(_value: bytes) -> None:
    return None


def _empty(_value: bytes) -> bytes:
    return b""


MALFORMED_RECORDS: dict[str, Callable[[bytes], bytes | None]] = {
    "invalid_json": _truncate,
    "invalid_utf8": _not_utf8,
    "not_a_number": _number,
    "wrong_type": _type,
    "missing_field": _missing,
    "out_of_range": _negative,
    "oversized": _oversize,
    "too_deep": _deep,
    "duplicate_key": _twice,
    "tombstone": _tombstone,
    "empty": _empty,
}
"""How a valid event is broken, by the reason that a consumer should give for refusing it."""


def _with(value: bytes, name: bytes, cell: bytes) -> bytes:
    """Return an event whose field of this name holds another cell."""
    start = value.index(name) + len(name)
    return value[:start] + cell + value[value.index(b",", start) :]
