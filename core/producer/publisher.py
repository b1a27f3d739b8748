"""One run of a producer: takes events from the source, mixes in faults, publishes what may go out.

`publish(most)` does one micro-batch. Rows stay queued as Arrow columns and become bytes only when
they go out, because events may carry the time of publishing.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.clock import Clock, iso
from core.producer.broker_capacity import BrokerCapacity
from core.producer.delivery import ANY_PARTITION, Delivery
from core.producer.fault_injection import Fault, FaultInjector, Planned
from core.producer.fault_log import FaultLog
from core.producer.sources import EventFormat, Source

MICRO_BATCH = 2_000
"""Most records of one micro-batch."""


@dataclass(frozen=True)
class Step:
    """What one call of `publish` did. held: why less than wanted went out."""

    sent: int
    held: str = ""


class Publisher:
    """Publishes the events of one source. One thread uses it.

    room: None for brokers that keep what they are given. answers, injector: None without faults.
    """

    def __init__(
        self,
        source: Source,
        delivery: Delivery,
        clock: Clock,
        *,
        capacity: BrokerCapacity | None = None,
        injector: FaultInjector | None = None,
        answers: FaultLog | None = None,
    ) -> None:
        self._source = source
        self._delivery = delivery
        self._clock = clock
        self._capacity = capacity
        self._injector = injector
        self._answers = answers
        self._queue: deque[Planned] = deque()
        self._ended = False
        self._blocked = False
        self._planned = 0
        self.bytes = 0

    @property
    def finished(self) -> bool:
        """Whether all events of the source went out."""
        return self._ended and not self._queue

    @property
    def fraction(self) -> float | None:
        """Share of the source that went out, 0 to 1; None when it is unknown."""
        if self.finished:
            return 1.0
        taken = self._source.fraction
        if taken is None:
            return None
        waiting = sum(planned.rows.num_rows for planned in tuple(self._queue))
        return taken * (1 - waiting / self._planned) if self._planned else 0.0

    def prepare(self) -> None:
        """Have the first record at hand, made into bytes once, so that none waits for a file.

        Errors: InputError.
        """
        head = self._head(1)
        if head is not None:
            self._source.format.encode(head.rows.slice(0, 1), iso(self._clock.now()))

    def publish(self, most: int) -> Step:
        """Publish up to `most` records, and MICRO_BATCH. Errors: InputError, BrokerError."""
        most = min(most, MICRO_BATCH)
        if most <= 0:
            return Step(0)
        if self._capacity is not None and self._blocked:
            self._blocked = not self._capacity.ready
            if self._blocked:
                return Step(0, self._capacity.held_reason)
        capacity = self._delivery.room
        if capacity == 0:
            return Step(0, self._delivery.down)
        head = self._head(most)
        if head is None:
            return Step(0)
        step = self._send(head, min(most, capacity))
        if not self._queue and not self._ended and self._source.over:
            self._end()
        return step

    def _send(self, head: Planned, most: int) -> Step:
        """Publish the beginning of the first batch of the queue."""
        rows, form = head.rows.slice(0, most), self._source.format
        timestamp = iso(self._clock.now())
        keys, made = form.encode(rows, timestamp)
        values = _poisoned(made, head.faults, form)
        admitted = rows.num_rows
        if self._capacity is None:
            self._delivery.enqueue(
                [(key, value, ANY_PARTITION) for key, value in zip(keys, values, strict=True)]
            )
            size = sum(map(len, keys)) + sum(_sizes(values))
        else:
            admitted, size = self._send_into(self._capacity, keys, values)
        self.bytes += size
        self._forward(head, admitted, timestamp)
        self._blocked = admitted < rows.num_rows
        held = self._capacity.held_reason if self._capacity is not None and self._blocked else ""
        return Step(admitted, held)

    def _send_into(
        self, capacity: BrokerCapacity, keys: list[bytes], values: Sequence[bytes | None]
    ) -> tuple[int, int]:
        """Publish as many leading records as there is room for; return records and bytes."""
        places = capacity.place(keys)
        sizes = np.fromiter(map(len, keys), np.int64, len(keys))
        sizes += np.fromiter(_sizes(values), np.int64, len(keys))
        admitted = capacity.admit(places, sizes)
        if admitted:
            numbers = capacity.partitions
            self._delivery.enqueue(
                [
                    (key, value, numbers[place])
                    for key, value, place in zip(
                        keys[:admitted], values[:admitted], places[:admitted].tolist(), strict=True
                    )
                ]
            )
            capacity.enqueued()
        return admitted, int(sizes[:admitted].sum())

    def _head(self, wanted: int) -> Planned | None:
        """Return the first batch of the queue, filled from the source; None at the end."""
        while not self._queue and not self._ended:
            rows = self._source.take(wanted)
            if rows is None:
                self._end()
            else:
                self._plan(Planned(rows) if self._injector is None else self._injector.feed(rows))
        return self._queue[0] if self._queue else None

    def _end(self) -> None:
        """Take no more from the source; only faults whose turn has not come are left."""
        self._ended = True
        if self._injector is not None:
            self._plan(self._injector.drain())

    def _plan(self, planned: Planned) -> None:
        """Put rows at the end of the queue."""
        if planned.rows.num_rows:
            self._queue.append(planned)
            self._planned += planned.rows.num_rows

    def _forward(self, head: Planned, count: int, timestamp: str) -> None:
        """Take published rows off the queue, and note the injected ones among them."""
        rest = head.rows.slice(count)
        self._queue.popleft()
        faults = head.faults
        if faults and self._answers is not None:
            out = [fault for index, fault in faults.items() if index < count]
            self._answers.write(out, timestamp)
            faults = {index - count: fault for index, fault in faults.items() if index >= count}
        if rest.num_rows:
            self._queue.appendleft(Planned(rest, faults))


def _poisoned(
    values: Sequence[bytes | None], faults: Mapping[int, Fault], form: EventFormat
) -> Sequence[bytes | None]:
    """Return values with those of poison records broken."""
    if not faults:
        return values
    broken: list[bytes | None] = [*values]
    for index, fault in faults.items():
        if fault.kind == "poison" and index < len(broken):
            broken[index] = form.broken(values[index], str(fault.detail["reason"]))
    return broken


def _sizes(values: Sequence[bytes | None]) -> Iterator[int]:
    """Return the bytes of each value; a tombstone has none."""
    return map(len, [value or b"" for value in values])
