"""Reads the records of one batch: as many as there are, but never for long.

With a backlog a batch fills to its bound at once; at a low rate the timer ends it. So batches grow
with the backlog by themselves, and latency stays near the timer without one.
"""

from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException

from core.broker.clients import kafka_error, passes
from core.clock import Clock
from core.consumer.assignment import Assignment
from core.consumer.options import ConsumeOptions
from core.text import _, clean

_CHUNK = 1_000
"""Records asked for at once: measured best between 500 and 1,000."""
_FIRST_CHUNK = 32
"""Records asked for while their size is not known."""
_POLL_S = 0.05
"""A call waits this long for a full chunk, so it bounds latency and how soon a stop is seen."""


class Gatherer:
    """Collects records until a bound is met. One thread."""

    def __init__(self, consumer: Consumer, options: ConsumeOptions, clock: Clock) -> None:
        self._consumer = consumer
        self._options = options
        self._clock = clock
        self._largest = options.max_batch_bytes // _FIRST_CHUNK

    def gather(self, assignment: Assignment, room: int) -> list[Any]:
        """Return up to `room` records, possibly none.

        What came is never dropped here: the client has moved past it. A partition whose offset
        the broker does not have is noted in `assignment.out_of_range`.
        Errors, after which the consumer must be closed: BrokerError for an error that does not
        pass; what failed in a callback of the assignment.
        """
        most = min(room, self._options.max_batch)
        records: list[Any] = []
        size = 0
        until = self._clock.monotonic() + self._options.flush_s
        while len(records) < most and size < self._options.max_batch_bytes:
            got = self._consumer.consume(self._chunk(most - len(records), size), _POLL_S)
            assignment.raise_failure()
            largest = 0
            for record in got:
                if record.error() is not None:
                    self._note(record, assignment)
                else:
                    records.append(record)
                    length = len(record)
                    size += length
                    largest = max(largest, length)
            if largest:
                self._largest = largest
            now = self._clock.monotonic()
            if not records or now >= until:
                break
        return records

    def _chunk(self, most: int, size: int) -> int:
        """Return how many records to ask for, so that large ones do not overrun the bytes.

        The next ones are taken to be as large as the largest of the last ones.
        """
        fitting = (self._options.max_batch_bytes - size) // self._largest
        return max(min(_CHUNK, most, fitting), 1)

    def _note(self, record: Any, assignment: Assignment) -> None:
        """Act on an error that came in place of a record."""
        error, partition = record.error(), record.partition()
        code = error.code()
        if code == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's name for it
            assignment.ends[partition] = record.offset()
        elif code in {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}:  # noqa: SLF001
            if partition in assignment.positions:
                assignment.out_of_range.add(partition)
        elif not passes(error):
            where = f"{clean(record.topic(), 80)}/{partition}"
            raise kafka_error(KafkaException(error), _("reading {where}").format(where=where))
