"""Batches as JSON, in the two ways Snowflake takes them quickly.

A small batch goes as bound JSON arrays of at most a megabyte, one of each kind, in the one request
that stores it; a thousand events are a quarter of that. What is larger goes first as a gzipped file
of lines to a stage, where no lock is held yet, and one COPY reads it. Payloads are put in as they
are, because they are valid JSON already; bytes of dead letters go as base64.
"""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import repeat

from core.warehouse.model import DeadLetter, OffsetAdvance, OffsetGap, RawBatch
from core.warehouse.record_headers import headers_text
from core.warehouse.snowflake.content import letter_md5
from core.warehouse.snowflake.fingerprint import Fingerprint

STATEMENT_BYTES = 1_000_000
"""Bytes of JSON that one bound value carries at most; more goes by a file."""
_LEVEL = 1
"""Of compression: the line to Snowflake is seldom slower than the processor."""


def event_items(batch: RawBatch, fingerprint: Fingerprint) -> list[bytes]:
    """Return each good event as the bytes of {p, o, "y": type, "c": fingerprint, "e": it}."""
    given = batch.event_types
    types = repeat(_json(given)) if isinstance(given, str) else map(_json, given)
    return [
        b'{"p":%d,"o":%d,"y":%b,"c":%b,"e":%b}'
        % (partition, offset, kind, _quoted(fingerprint(payload)), payload)
        for partition, offset, payload, kind in zip(
            batch.partitions, batch.offsets, batch.payloads, types, strict=False
        )
    ]


def letter_items(letters: Iterable[DeadLetter]) -> list[bytes]:
    """Return each dead letter as the bytes of {p, o, r, d, k, v, h, cs: MD5}."""
    return [
        _json(
            {
                "p": letter.partition,
                "o": letter.offset,
                "r": letter.reason,
                "d": letter.detail,
                "k": _base64(letter.key),
                "v": _base64(letter.payload),
                "h": headers_text(letter.headers),
                "cs": letter_md5(letter),
            }
        )
        for letter in letters
    ]


def gap_items(gaps: Iterable[OffsetGap]) -> list[bytes]:
    """Return each gap as the bytes of {p, f, t, r}."""
    return [
        _json({"p": gap.partition, "f": gap.from_offset, "t": gap.to_offset, "r": gap.reason})
        for gap in gaps
    ]


def moves_array(advances: Iterable[OffsetAdvance]) -> str:
    """Return the moves of offsets as a JSON array of {p, x: expected, n: next, s: skipped}."""
    return json_array(
        {"p": move.partition, "x": move.from_offset, "n": move.next_offset, "s": move.skipped}
        for move in advances
    )


def row_items(rows: Iterable[Sequence[str | None]]) -> list[bytes]:
    """Return each row of texts as a JSON array."""
    return [_json(row) for row in rows]


def id_items(event_ids: Iterable[str]) -> list[bytes]:
    """Return each event id as a JSON text."""
    return [_json(event_id) for event_id in event_ids]


def json_array(entries: Iterable[Mapping[str, int]]) -> str:
    """Return small objects as one JSON array."""
    return json.dumps(list(entries))


def is_large(items: Sequence[bytes]) -> bool:
    """Return whether these items are more than one bound value carries."""
    return sum(map(len, items)) + len(items) + 1 > STATEMENT_BYTES


def arrays(items: Iterable[bytes]) -> Iterator[str]:
    """Yield JSON arrays of items, in order, each of at most STATEMENT_BYTES."""
    held: list[bytes] = []
    size = 2
    for item in items:
        if held and size + len(item) + 1 > STATEMENT_BYTES:
            yield _array(held)
            held, size = [], 2
        held.append(item)
        size += len(item) + 1
    if held:
        yield _array(held)


def whole_array(items: Sequence[bytes]) -> str:
    """Return all items as one JSON array, `[]` for none."""
    return _array(items)


def lines(items: Iterable[bytes], common: Mapping[str, str]) -> BytesIO:
    """Return a gzipped file of one object a line: `common` fields, then those of the item.

    common: fields that every row bears, because a COPY has no bound values.
    """
    head = _json(common)[:-1] + b","
    plain = b"\n".join(head + _unbroken(item)[1:] for item in items)
    return BytesIO(gzip.compress(plain, _LEVEL))


def _unbroken(item: bytes) -> bytes:
    """Return an item without line breaks: between the values of JSON they mean nothing."""
    if b"\n" not in item and b"\r" not in item:
        return item
    return item.replace(b"\n", b" ").replace(b"\r", b" ")


def _array(items: Sequence[bytes]) -> str:
    return (b"[" + b",".join(items) + b"]").decode()


def _json(value: object) -> bytes:
    # Lone surrogates, as in the name of a header, have no UTF-8; escaped they pass.
    return json.dumps(value, separators=(",", ":")).encode()


def _quoted(known: str | None) -> bytes:
    return b"null" if known is None else b'"%b"' % known.encode()


def _base64(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()
