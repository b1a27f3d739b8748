"""What a look at a topic finds; apart from what loads the Kafka client."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from confluent_kafka import Message

KEPT_BYTES = 65_536
"""Bytes kept of one key, value or header."""

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class TailRecord:
    """A record as it lies in the topic. key, value and headers are cut at KEPT_BYTES.

    at: when it was made (UTC), None where the broker does not say. size: bytes of the whole value.
    text: the JSON that the value stands for, where it is not JSON itself; None where that is not
    known.
    """

    partition: int
    offset: int
    at: datetime | None
    key: bytes | None
    value: bytes | None
    size: int
    headers: Headers = ()
    text: bytes | None = None


def record_of(
    message: "Message",
    partition: int,
    offset: int,
    text: Callable[[bytes | None], bytes | None],
) -> TailRecord:
    """Return a message of the client. text: returns the JSON of a value that is not JSON itself."""
    from confluent_kafka import TIMESTAMP_NOT_AVAILABLE  # noqa: PLC0415 - whoever calls has loaded it

    kind, milliseconds = message.timestamp()
    value = message.value()
    headers = cast("Sequence[tuple[str, bytes | None]]", message.headers() or ())
    return TailRecord(
        partition=partition,
        offset=offset,
        at=None if kind == TIMESTAMP_NOT_AVAILABLE else _moment(milliseconds),
        key=_cut(message.key()),
        value=_cut(value),
        size=len(value or b""),
        headers=tuple((name, _cut(content)) for name, content in headers),
        text=_cut(text(value)),
    )


def _moment(milliseconds: int) -> datetime | None:
    """Return a time that a producer may have made up, None for one that cannot be."""
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _cut(content: bytes | str | None) -> bytes | None:
    if content is None:
        return None
    data = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
    return data[:KEPT_BYTES]
