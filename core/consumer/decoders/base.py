"""What the consumer knows of a decoder: payloads go in, good rows and rejections come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC."""
NO_TIME = -1
"""The time of an event that has none although others of its pipeline have one."""


class Rejection(NamedTuple):
    """A payload that cannot be used. index: into the batch. reason: one of REASONS."""

    index: int  # type: ignore[assignment]  # a field, not the method of tuples
    reason: str
    detail: str


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a batch holds; good and rejected together cover it, both ascending.

    good: indexes of valid events. event_times_us: their own times, int64 microseconds since 1970
    UTC, in step with `good`; NO_TIME where one has none; None where the pipeline has no event time
    at all. event_types: one for all good events, or one each.
    """

    good: list[int]
    event_times_us: Times | None
    rejected: list[Rejection]
    event_types: str | list[str] = ""


class Event(NamedTuple):
    """One valid event. values: by path, None where a field has none. time_us: or NO_TIME."""

    values: Mapping[str, Any]
    key: bytes
    time_us: int
    type: str


class Decoder(Protocol):
    """Turns values of Kafka records into events of one pipeline."""

    def decode(self, payloads: Sequence[bytes | None]) -> Decoded:
        """Sort a batch into valid events and rejections; raises for no payload whatever.

        payloads: values of Kafka records; for a tombstone None, or what `tombstone` has returned.
        """
        ...

    def read(self, payload: bytes | None) -> Event:
        """Return the event of one payload. Errors: EventError."""
        ...

    def tombstone(self, key: bytes | None) -> bytes | None:
        """Return the payload that stands for a record without a value; None: it is a dead letter.

        key: of the record.
        """
        ...

    def warm_up(self) -> None:
        """Pay the first-use costs of the libraries now, off the hot path."""
        ...
