"""From records as the client gives them to a batch as the warehouse takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np

from core.broker.identity import TopicIdentity
from core.checksums import payload_checksums
from core.consumer.decoders.base import NO_TIME, Decoder, Rejection, Times
from core.pipeline.bounds import microseconds
from core.registry.client import RegistryError
from core.text import _, clean
from core.warehouse.model import DeadLetter, OffsetAdvance, OffsetGap, RawBatch

_NO_TIME = 0
"""TIMESTAMP_NOT_AVAILABLE of the client."""
_NONE: Times = np.empty(0, dtype=np.int64)
_LARGE, _EVERY = 20_000, 8
"""Of more records than that one in so many is asked for its time: each costs half a microsecond."""


@dataclass(frozen=True)
class BuiltBatch:
    """A batch ready to store, with what the counters need.

    event_times_us: the good events' own times, microseconds since the epoch, UTC; those of their
    records where events have none. broker_times_us: when the same were appended to the topic, or
    made by the producer, whichever the topic keeps (`message.timestamp.type`); the events' where a
    record has none.
    already_stored: records left out because the warehouse has them.
    """

    raw: RawBatch
    event_times_us: Times
    broker_times_us: Times
    already_stored: int
    rejections: Sequence[Rejection]

    @property
    def size(self) -> int:
        """Records that this batch stores, good or dead."""
        return len(self.raw.payloads) + len(self.raw.dead_letters)


def build_batch(
    records: Sequence[Any],
    identity: TopicIdentity,
    positions: Mapping[int, int],
    received_at: datetime,
    decoder: Decoder,
    *,
    contiguous_offsets: bool,
    ends: Mapping[int, int] | None = None,
) -> BuiltBatch:
    """Return the batch that takes every position forward over the records.

    records: confluent_kafka messages without errors, in the order they came. positions: the next
    offset of each partition held now, as stored; records of other partitions, or before the
    position, are left out (the partition moved away, or was read again after a rebalance).
    decoder: says which records are events of the pipeline. Errors: RegistryError, as `decode`.
    contiguous_offsets: the broker has no transactions and no compaction, so an offset that is
    passed over was lost and becomes a gap; elsewhere it is counted as skipped. ends: where
    partitions were read to their end; offsets before it without a record (the marks of a
    transaction) are skipped too.
    """
    tracker = _OffsetTracker(positions)
    partitions = [record.partition() for record in records]
    offsets = [record.offset() for record in records]
    kept: Sequence[Any] = records
    if not tracker.accept_run(partitions, offsets):
        places = [
            place
            for place, at in enumerate(zip(partitions, offsets, strict=True))
            if tracker.accept(*at)
        ]
        kept, partitions, offsets = (
            [column[place] for place in places] for column in (records, partitions, offsets)
        )
    if not contiguous_offsets:
        tracker.advance_to(ends or {})
    payloads = [record.value() for record in kept]
    if None in payloads:
        payloads = [
            decoder.tombstone(_key(record)) if payload is None else payload
            for record, payload in zip(kept, payloads, strict=True)
        ]
    checksums = payload_checksums(payloads)  # before anything else touches the client's bytes
    try:
        decoded = decoder.decode(payloads)
    except RegistryError as error:
        raise _at(kept[error.index or 0], error) from error
    stored = decoded.payloads
    good = [kept[index] for index in decoded.good]
    event_times_us, broker_times_us = _times(good, decoded.event_times_us, received_at)
    raw = RawBatch(
        identity=identity,
        received_at=received_at,
        partitions=[partitions[index] for index in decoded.good],
        offsets=[offsets[index] for index in decoded.good],
        payloads=[payloads[index] for index in decoded.good] if stored is None else stored,
        dead_letters=[
            _dead_letter(kept[bad.index], bad, checksums[bad.index]) for bad in decoded.rejected
        ],
        advances=tracker.advances(contiguous_offsets=contiguous_offsets),
        gaps=tracker.holes if contiguous_offsets else (),
        checksums=[checksums[index] for index in decoded.good] if stored is None else (),  # type: ignore[misc]  # no tombstones
        event_types=decoded.event_types,
        columns=decoded.columns,
    )
    return BuiltBatch(
        raw,
        event_times_us,
        broker_times_us,
        len(records) - len(kept),
        decoded.rejected,
    )


def _at(record: Any, error: RegistryError) -> RegistryError:
    """Return why a record cannot be read yet, with its place."""
    where = f"{clean(record.topic(), 80)}/{record.partition()}/{record.offset()}"
    return RegistryError(
        _("{where}: {reason}").format(where=where, reason=error.message),
        hint=error.advice,
        transient=error.transient,
    )


def _times(
    good: Sequence[Any], event_times_us: Times | None, received_at: datetime
) -> tuple[Times, Times]:
    """Return the events' times and the records' own: each stands in for the other where it lacks.

    Where both do, it is when the batch was received. In a large batch, which comes from a backlog,
    the time of a record stands for those of the few behind it.
    """
    if not good:
        return _NONE, _NONE
    asked = good if len(good) <= _LARGE else good[::_EVERY]
    pairs = chain.from_iterable([record.timestamp() for record in asked])
    told = np.fromiter(pairs, np.int64, 2 * len(asked)).reshape(-1, 2)
    if len(asked) < len(good):
        told = np.repeat(told, _EVERY, axis=0)[: len(good)]
    kinds, stamps = told.T
    has_none = (kinds == _NO_TIME) | (stamps <= 0)
    if event_times_us is None:
        event_times_us = np.full(len(good), NO_TIME)
    broker_times_us = np.where(has_none, event_times_us, stamps * 1_000)
    broker_times_us[broker_times_us == NO_TIME] = microseconds(received_at)
    return np.where(event_times_us == NO_TIME, broker_times_us, event_times_us), broker_times_us


class _OffsetTracker:
    """Follows the offsets of a batch and remembers what it passes over."""

    def __init__(self, positions: Mapping[int, int]) -> None:
        self._positions = positions
        self._next = dict(positions)
        self.holes: list[OffsetGap] = []

    def accept_run(self, partitions: Sequence[int], offsets: Sequence[int]) -> bool:
        """Step over all records if each is the next one of its partition; else over none."""
        columns = [np.fromiter(column, np.int64, len(column)) for column in (partitions, offsets)]
        following = {}
        for partition in np.unique(columns[0]).tolist():
            of_one = columns[1][columns[0] == partition]
            expected = self._next.get(partition)
            if expected is None or of_one[0] != expected or (np.diff(of_one) != 1).any():
                return False
            following[partition] = expected + len(of_one)
        self._next.update(following)
        return True

    def accept(self, partition: int, offset: int) -> bool:
        """Return whether a record is new, and step over it."""
        expected = self._next.get(partition)
        if expected is None or offset < expected:
            return False
        if offset > expected:
            self.holes.append(OffsetGap(partition, expected, offset, "evicted"))
        self._next[partition] = offset + 1
        return True

    def advance_to(self, ends: Mapping[int, int]) -> None:
        """Step over what no record came of before the end that the broker told."""
        for partition, end in ends.items():
            expected = self._next.get(partition, end)
            if end > expected:
                self.holes.append(OffsetGap(partition, expected, end, "unused"))
                self._next[partition] = end

    def advances(self, *, contiguous_offsets: bool) -> list[OffsetAdvance]:
        """Return the move of each partition that has one."""
        skipped = dict.fromkeys(self._positions, 0)
        for hole in () if contiguous_offsets else self.holes:
            skipped[hole.partition] += hole.to_offset - hole.from_offset
        return [
            OffsetAdvance(partition, start, self._next[partition], skipped[partition])
            for partition, start in self._positions.items()
            if self._next[partition] > start
        ]


def _key(record: Any) -> bytes | None:
    key: bytes | str | None = record.key()
    return key.encode() if isinstance(key, str) else key


def _dead_letter(record: Any, bad: Rejection, checksum: int | None) -> DeadLetter:
    return DeadLetter(
        partition=record.partition(),
        offset=record.offset(),
        reason=bad.reason,
        detail=bad.detail,
        key=_key(record),
        payload=record.value(),
        headers=tuple((name, _bytes(value)) for name, value in record.headers() or ()),
        payload_checksum=checksum,
    )


def _bytes(value: bytes | str | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
