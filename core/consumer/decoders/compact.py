"""Events in compact form, proven from their bytes: no object is made for any of their fields.

Compact is what `core.producer` writes: the keys in the definition's order, no space between them,
plain ASCII, no escapes. Between the values such an event has the same bytes as every other one, so
quotes tell where values lie, and comparing what is between them proves the rest. All of a block is
compared at once, eight bytes at a time.

The proof is narrow, never wrong: whatever it does not cover is read by the other ways.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.consumer.decoders.base import Times
from core.consumer.decoders.compact_values import Form, form_of
from core.consumer.decoders.field_tree import Branch, Leaf, layout
from core.consumer.decoders.shape import UnprovableError
from core.pipeline.definition import Definition
from core.pipeline.fields import EventField

_QUOTE = ord('"')
_WORD = 8
_PROBES = 16
_MOST_BYTES = 2**31 - 2**20
"""Of one block: Arrow counts the bytes of texts in 32 bits."""
_NONE: Times = np.empty(0, dtype=np.int64)

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CompactRows:
    """Rows of a block that are proven, ascending, and what their fields hold, by path."""

    rows: list[int]
    values: dict[str, pa.Array]

    def times_us(self, path: str | None) -> Times:
        """Return a timestamp of each row, microseconds since 1970 UTC."""
        if path is None:
            return _NONE
        found: Times = self.values[path].view(pa.int64()).to_numpy()
        return found


@dataclass(frozen=True, eq=False)
class _Literal:
    """Bytes that stand in every event. words: offset, word and mask of what covers them."""

    text: bytes
    words: tuple[tuple[int, np.uint64, np.uint64], ...]

    @property
    def quotes(self) -> int:
        """How many quotes it has."""
        return self.text.count(b'"')


class CompactForm:
    """Proves events of one pipeline. Errors: UnprovableError for a definition that it cannot."""

    def __init__(self, definition: Definition) -> None:
        self._max_bytes = definition.event.max_bytes
        self._constants = {
            path: _choices(path, field, definition)[0]
            for path, field in definition.fields.items()
            if _choices(path, field, definition)
        }
        literals = [b""]
        self._slots: list[tuple[str, Form]] = []
        for part in _parts(layout(definition.fields), definition):
            if isinstance(part, Leaf):
                self._slots.append((part.path, form_of(part.field)))
                literals.append(b"")
            else:
                literals[-1] += part
        if b"\\" in b"".join(literals) or not self._slots:
            raise UnprovableError
        self._literals = [_Literal(text, tuple(_words(text))) for text in literals]
        self._quotes = sum(literal.quotes for literal in self._literals)
        self._room = max(map(len, literals)) + _WORD

    def prove(self, block: Sequence[bytes | None]) -> CompactRows | None:
        """Return the rows of a block that are proven; None where most are in another form."""
        if not self._is_likely(block[:: len(block) // _PROBES + 1]):
            return None
        payloads = [payload or b"" for payload in block] if None in block else block
        lengths = np.fromiter(map(len, payloads), np.int64, len(payloads))  # type: ignore[arg-type]
        bounds = np.zeros(len(payloads) + 1, np.int64)
        np.cumsum(lengths, out=bounds[1:])
        if bounds[-1] > _MOST_BYTES:
            return None
        joined = b"".join([*payloads, bytes(self._room)])  # type: ignore[list-item]
        quotes = np.flatnonzero(np.frombuffer(joined, np.uint8) == _QUOTE)
        first = np.searchsorted(quotes, bounds)
        likely = np.flatnonzero((np.diff(first) == self._quotes) & (lengths <= self._max_bytes))
        if 2 * len(likely) < len(payloads) or not len(likely):
            return None
        kept, edges = self._matched(joined, quotes, first[likely], bounds, likely)
        if not len(kept):
            return None
        return self._read(kept, edges, pa.py_buffer(joined))

    def _is_likely(self, some: Sequence[bytes | None]) -> bool:
        """Return whether most of some payloads begin and end as compact ones do."""
        first, last = self._literals[0].text, self._literals[-1].text
        likely = [one for one in some if one and one.startswith(first) and one.endswith(last)]
        return 2 * len(likely) >= len(some)

    def _matched(
        self, joined: bytes, quotes: Places, first: Places, bounds: Places, likely: Places
    ) -> tuple[Places, Places]:
        """Return the rows that have all the literals, and where each value begins and ends."""
        words = np.ndarray((len(joined) - _WORD + 1,), np.uint64, joined, strides=(1,))
        begins, ends = bounds[likely], bounds[likely + 1]
        at, passed = begins, 0
        fits = _matches(words, self._literals[0], at)
        edges = []
        for literal, following in pairwise(self._literals):
            start = at + len(literal.text)
            passed += literal.quotes
            if following.quotes:
                at = quotes[first + passed] - following.text.index(b'"')
            else:
                at = ends - len(following.text)
            fits &= at > start
            fits &= _matches(words, following, at)
            edges += [start, at]
        fits &= at + len(self._literals[-1].text) == ends
        return likely[fits], np.stack(edges, axis=1)[fits]

    def _read(self, rows: Places, edges: Places, data: pa.Buffer) -> CompactRows:
        """Return what the values say, without the rows that need a closer look."""
        width = edges.shape[1]
        # One array holds the values and what lies between them, in turns: taking is quick.
        every = pa.Array.from_buffers(
            pa.string(),
            edges.size - 1,
            [None, pa.py_buffer(edges.astype(np.int32).ravel()), data],
        )
        texts = [
            every.take(pa.array(np.arange(place, edges.size, width)))
            for place in range(0, width, 2)
        ]
        fits = np.ones(len(rows), np.bool_)
        for (_path, form), text in zip(self._slots, texts, strict=True):
            fits &= form.fits(text)
        while True:
            if not fits.all():
                rows, texts = rows[fits], [text.filter(pa.array(fits)) for text in texts]
            fits = np.ones(len(rows), np.bool_)
            values: dict[str, pa.Array] = {}
            for (path, form), text in zip(self._slots, texts, strict=True):
                values[path], good = form.values(text)
                fits &= good
            if fits.all():
                for path, value in self._constants.items():
                    values[path] = pa.repeat(pa.scalar(value, pa.string()), len(rows))
                return CompactRows(rows.tolist(), values)


def _matches(words: Any, literal: _Literal, at: Places) -> npt.NDArray[np.bool_]:
    """Return where a literal stands at its place."""
    fits = np.ones(len(at), np.bool_)
    for offset, word, mask in literal.words:
        fits &= (words[at + offset] & mask) == word
    return fits


def _words(text: bytes) -> Iterator[tuple[int, np.uint64, np.uint64]]:
    """Yield words that cover a text, the last one at its end; one masked where it is short."""
    full = np.uint64(2**64 - 1)
    if len(text) < _WORD:
        mask = np.uint64(int.from_bytes(b"\xff" * len(text), "little"))
        yield 0, np.uint64(int.from_bytes(text, "little")), mask
        return
    for offset in [*range(0, len(text) - _WORD, _WORD), len(text) - _WORD]:
        yield offset, np.uint64(int.from_bytes(text[offset : offset + _WORD], "little")), full


def _parts(branch: Branch, definition: Definition) -> Iterator[bytes | Leaf]:
    """Yield the bytes of an object and, in their places, the fields that differ."""
    before = b"{"
    for key, part in branch.parts.items():
        yield before + json.dumps(key, ensure_ascii=False).encode() + b":"
        before = b","
        if isinstance(part, Branch):
            yield from _parts(part, definition)
        else:
            yield from _value(part, definition)
    yield b"}"


def _value(leaf: Leaf, definition: Definition) -> Iterator[bytes | Leaf]:
    field, kind = leaf.field, leaf.field.type.kind
    if not field.required or field.pattern is not None:
        raise UnprovableError(leaf.path)
    types = definition.event.types if leaf.path == definition.event.type else ()
    if types or field.one_of:
        allowed = _choices(leaf.path, field, definition)
        if kind != "text" or len(allowed) != 1:
            raise UnprovableError(leaf.path)
        yield json.dumps(allowed[0], ensure_ascii=False).encode()
    elif kind in {"integer", "decimal"}:
        yield leaf
    else:
        yield from (b'"', leaf, b'"')


def _choices(path: str, field: EventField, definition: Definition) -> list[str | int | bool]:
    """Return the values that a field may be one of; nothing where it may be any."""
    types = definition.event.types if path == definition.event.type else ()
    return [one for one in types or field.one_of if one in (field.one_of or types)]
