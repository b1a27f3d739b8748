"""How much of an embedded broker's memory unconsumed records take, counted so as never to be short.

The embedded broker keeps 5 MiB of stored batches per partition and then drops the oldest without a
word. This ledger counts every record at its uncompressed size plus the framing of a batch of its
own, which is never less than what is stored, and releases it once the consumer group has committed
past it. It is arithmetic alone: `broker_capacity.py` asks the broker and owns the thread.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.broker.base import Watermark

RECORD_OVERHEAD_BYTES = 96
"""Counted per record beyond key and value: 61 for a batch header, up to 25 for a record's own."""

UNKNOWN_RECORD_BYTES = 2_048
"""Counted for a record that somebody else published meanwhile, whose size nobody told."""

Counts = NDArray[np.int64]


@dataclass
class _Partition:
    """Unconsumed records of one partition: `pieces` are (offset after the last one, bytes)."""

    next_offset: int
    used: int = 0
    pieces: deque[tuple[int, int]] = field(default_factory=deque)

    def add(self, count: int, size: int) -> None:
        self.next_offset += count
        self.used += size
        self.pieces.append((self.next_offset, size))

    def release(self, committed: int) -> None:
        while self.pieces and self.pieces[0][0] <= committed:
            self.used -= self.pieces.popleft()[1]

    def align(self, high: int) -> None:
        """Take the true end of the partition: records may have failed, or others published."""
        shift = high - self.next_offset
        if shift < 0:
            self.pieces = deque((min(end, high), size) for end, size in self.pieces)
        elif shift > 0:
            self.pieces = deque((end + shift, size) for end, size in self.pieces)
            size = shift * UNKNOWN_RECORD_BYTES
            self.used += size
            self.pieces.append((high, size))
        self.next_offset = high


class PartitionBacklog:
    """Bytes published and not yet committed, by partition. Callers hold a lock of their own.

    limit: bytes a partition's stored batches may come to. margin: bytes of the largest batch, since
    a batch goes as a whole, even if only its last record is unconsumed.
    """

    def __init__(self, limit: int, margin: int, ends: Mapping[int, int]) -> None:
        self.usable = max(limit - margin, 1)
        self._partitions = {number: _Partition(end) for number, end in sorted(ends.items())}
        self._blocked: tuple[int, int] | None = None
        self.version = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The partitions, in order."""
        return tuple(self._partitions)

    @property
    def used(self) -> int:
        """Bytes counted in the fullest partition."""
        return max(partition.used for partition in self._partitions.values())

    def found(self, number: int, pieces: list[tuple[int, int]]) -> None:
        """Add records that were in a partition before: (offset after the last one, bytes)."""
        partition = self._partitions[number]
        partition.pieces.extend(pieces)
        partition.used += sum(size for _end, size in pieces)

    def admit(self, partitions: Counts, sizes: Counts) -> int:
        """Count as many leading records as fit, and return how many.

        partitions: of each record, as indexes into `numbers`. sizes: bytes of key and value. A
        record that is larger than the limit fits into a partition without backlog.
        """
        taken = self._fitting(partitions, sizes + RECORD_OVERHEAD_BYTES)
        if taken == 0:
            return 0
        width = len(self._partitions)
        counts = np.bincount(partitions[:taken], minlength=width)
        weights = sizes[:taken] + RECORD_OVERHEAD_BYTES
        totals = np.bincount(partitions[:taken], weights, minlength=width)
        for partition, count, total in zip(
            self._partitions.values(), counts.tolist(), totals.tolist(), strict=True
        ):
            if count:
                partition.add(count, int(total))
        self.version += 1
        return taken

    @property
    def ready(self) -> bool:
        """Whether it is worth trying again after records did not fit.

        An eighth of a partition has to be free first, or a full broker would be fed in drops.
        """
        if self._blocked is None:
            return True
        number, size = self._blocked
        used = self._partitions[number].used
        return used == 0 or self.usable - used >= max(size, self.usable // 8)

    def _fitting(self, partitions: Counts, sizes: Counts) -> int:
        """Return how many leading records fit; remember where the first one that does not goes."""
        self._blocked = None
        totals = np.bincount(partitions, sizes, minlength=len(self._partitions))
        fitting = len(partitions)
        for index, (number, partition) in enumerate(self._partitions.items()):
            room = self.usable - partition.used
            if totals[index] <= room:
                continue
            rows = np.flatnonzero(partitions == index)
            over = np.cumsum(sizes[rows]) > room
            if partition.used == 0:
                over[0] = False
            if over.any():
                first = int(rows[np.argmax(over)])
                if first < fitting:
                    fitting, self._blocked = first, (number, int(sizes[first]))
        return fitting

    def release(self, committed: Mapping[int, int]) -> None:
        """Forget what the consumer group has committed past."""
        for number, partition in self._partitions.items():
            partition.release(committed.get(number, 0))

    def align(self, marks: Mapping[int, Watermark]) -> None:
        """Correct offsets by the watermarks; only while nothing is on its way."""
        for number, partition in self._partitions.items():
            if number in marks:
                partition.align(marks[number].high)
