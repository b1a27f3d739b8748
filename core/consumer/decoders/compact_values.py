"""The values of one field of many events, as texts in Arrow: which are plain, and what they say.

Plain means that their characters alone prove them valid; others are left to other readers.
"""

import math
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.consumer.decoders.bulk_match import MOMENTS, mismatches
from core.consumer.decoders.shape import UnprovableError
from core.consumer.decoders.suspects import FLOAT_DIGITS
from core.pipeline.bounds import decimal_bounds, integer_bounds, moment_bounds
from core.pipeline.fields import EventField

Flags = npt.NDArray[np.bool_]

_DIGITS = b"0123456789"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_POINT, _ZERO, _END = b".0Z"
_LONGEST_ID = 64
_MOST_DIGITS = 15
_SECONDS, _SHORTEST, _LONGEST = 20, 22, 27
"""Characters of a time in whole seconds; and with a fraction of one to six digits."""
_MARKS = ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"))


class Form(Protocol):
    """How a field looks in compact events."""

    def fits(self, texts: pa.Array) -> Flags:
        """Return which texts, none of them empty, are plain."""
        ...

    def values(self, texts: pa.Array) -> tuple[pa.Array, Flags]:
        """Return what plain texts say, and which are valid: the values count once all are."""
        ...


def form_of(field: EventField) -> Form:
    """Return the form of a required field. Errors: UnprovableError where it has none."""
    kind = field.type.kind
    if kind == "identifier":
        return _Letters(_LETTERS + _DIGITS + b"_.:-", _LETTERS + _DIGITS, _LONGEST_ID)
    if kind == "text":
        printable = bytes(code for code in range(0x20, 0x7F) if code not in b'"\\')
        return _Letters(printable, printable, 2**31)
    if kind == "integer":
        return _Integer(*integer_bounds(field))
    if kind == "decimal" and field.type.precision <= FLOAT_DIGITS:
        return _Decimal(field)
    if kind == "timestamp" and not field.type.epoch:
        return _Moment(*moment_bounds(field))
    raise UnprovableError(kind)


class _Texts:
    """Texts in Arrow as bytes and places."""

    def __init__(self, texts: pa.Array) -> None:
        _nulls, offsets, data = texts.buffers()
        count = len(texts)
        edges = np.frombuffer(offsets, np.int32, count + 1, texts.offset * 4)
        self.starts, self.ends = edges[:-1] - edges[0], edges[1:] - edges[0]
        self.lengths = self.ends - self.starts
        whole = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        self.codes = whole[edges[0] : edges[-1]]

    def at(self, places: Any) -> npt.NDArray[np.uint8]:
        """Return the characters at places; any of the texts where one lies beyond them."""
        found: npt.NDArray[np.uint8] = self.codes.take(places, mode="clip")
        return found

    def counts(self, wanted: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
        """Return how many characters of each text are wanted. None of them is empty."""
        if not len(self.starts):
            return np.empty(0, np.int32)
        found: npt.NDArray[np.int32] = np.add.reduceat(
            wanted[self.codes], self.starts, dtype=np.int32
        )
        return found


def _table(characters: bytes) -> npt.NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    table[list(characters)] = 1
    return table


_IS_DIGIT = _table(_DIGITS)


class _Letters:
    def __init__(self, allowed: bytes, first: bytes, longest: int) -> None:
        self._allowed, self._first, self._longest = _table(allowed), _table(first), longest

    def fits(self, texts: pa.Array) -> Flags:
        found = _Texts(texts)
        fits: Flags = found.lengths <= self._longest
        fits &= self._first[found.at(found.starts)] == 1
        if not self._allowed[found.codes].all():
            fits &= found.counts(self._allowed) == found.lengths
        return fits

    def values(self, texts: pa.Array) -> tuple[pa.Array, Flags]:
        return texts, np.ones(len(texts), np.bool_)


class _Integer:
    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def fits(self, texts: pa.Array) -> Flags:
        found = _Texts(texts)
        fits: Flags = (found.lengths <= _MOST_DIGITS) & (found.counts(_IS_DIGIT) == found.lengths)
        fits &= (found.lengths == 1) | (found.at(found.starts) != _ZERO)
        return fits

    def values(self, texts: pa.Array) -> tuple[pa.Array, Flags]:
        values = texts.cast(pa.int64())
        numbers = values.to_numpy()
        return values, (numbers >= self._low) & (numbers <= self._high)


class _Decimal:
    """Numbers without a sign, with no more decimals than their column has."""

    def __init__(self, field: EventField) -> None:
        self._scale = field.type.scale
        self._whole = field.type.precision - field.type.scale
        self._type = pa.decimal128(field.type.precision, field.type.scale)
        low, high = (bound.scaleb(self._scale) for bound in decimal_bounds(field))
        self._low, self._high = math.ceil(low), math.floor(high)

    def fits(self, texts: pa.Array) -> Flags:
        found = _Texts(texts)
        decimals = np.zeros(len(texts), np.int32)  # with their point
        for behind in range(1, self._scale + 1):
            has_point = found.at(found.ends - behind - 1) == _POINT
            decimals[has_point & (found.lengths > behind + 1)] = behind + 1
        whole = found.lengths - decimals
        fits: Flags = found.counts(_IS_DIGIT) == found.lengths - (decimals > 0)
        fits &= (whole <= self._whole) | ((whole == 1) & (found.at(found.starts) == _ZERO))
        fits &= (whole == 1) | (found.at(found.starts) != _ZERO)
        return fits

    def values(self, texts: pa.Array) -> tuple[pa.Array, Flags]:
        floats = texts.cast(pa.float64()).to_numpy()
        unscaled = np.rint(floats * 10.0**self._scale).astype(np.int64)
        words = np.stack([unscaled, unscaled >> 63], axis=1)
        values = pa.Array.from_buffers(self._type, len(texts), [None, pa.py_buffer(words)])
        return values, (unscaled >= self._low) & (unscaled <= self._high)


class _Moment:
    """Times in UTC, written with a Z, with at most six digits of a fraction."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def fits(self, texts: pa.Array) -> Flags:
        found = _Texts(texts)
        in_seconds = found.lengths == _SECONDS
        fits: Flags = in_seconds | (
            (found.lengths >= _SHORTEST)
            & (found.lengths <= _LONGEST)
            & (found.at(found.starts + _SECONDS - 1) == _POINT)
        )
        fits &= found.at(found.ends - 1) == _END
        for place, mark in _MARKS:
            fits &= found.at(found.starts + place) == mark[0]
        return fits  # what else is no digit Arrow does not take

    def values(self, texts: pa.Array) -> tuple[pa.Array, Flags]:
        try:
            values = texts.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        except pa.ArrowInvalid:  # a day or an hour that does not exist
            fits = np.ones(len(texts), np.bool_)
            read = [text.decode("latin-1") for text in texts.cast(pa.binary()).to_pylist()]
            fits[mismatches(read, MOMENTS, "\n")] = False
            return texts, fits if not fits.all() else ~fits
        moments = values.to_numpy()
        fits = (moments >= self._low) & (moments <= self._high)
        return values.view(pa.timestamp("us")), fits
