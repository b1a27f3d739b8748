"""What a look at a topic finds; apart from `topic_tail.py`, which loads the Kafka client."""

from dataclasses import dataclass
from datetime import datetime

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
