"""Checksums of what the broker's client gave, taken before anything else touches it.

XXH3 of 64 bits: a change of any kind goes unseen once in 2^64, and it costs a tenth of a
microsecond an event. It guards against faults, not against somebody who wants to deceive.
"""

from collections.abc import Iterable, Sequence

from xxhash import xxh3_64_intdigest

payload_checksum = xxh3_64_intdigest
"""XXH3-64 of bytes, seed 0, as an unsigned integer: what `xxhsum -H3` shows in hexadecimal."""

Headers = Sequence[tuple[str, bytes | None]]


def payload_checksums(payloads: Iterable[bytes | None]) -> list[int | None]:
    """Return the checksum of each payload; None for a tombstone."""
    return [None if payload is None else xxh3_64_intdigest(payload) for payload in payloads]


def letter_checksum(payload: int | None, key: bytes | None, headers: Headers) -> int:
    """Return the checksum of a whole record: of its payload's checksum, its key and its headers.

    Every part goes in behind its length, so that bytes cannot move from one to the other.
    """
    parts = [None if payload is None else payload.to_bytes(8, "big"), key]
    for name, value in headers:
        parts += [name.encode(errors="surrogatepass"), value]
    return xxh3_64_intdigest(b"".join(map(_framed, parts)))


def _framed(part: bytes | None) -> bytes:
    return b"-" if part is None else b"+%d:%b" % (len(part), part)
