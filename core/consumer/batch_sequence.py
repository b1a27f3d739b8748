"""Batches in their order: each is built upon the one under way, and stored after it.

Behind a backlog a batch is in its transaction while the next one is read and decoded. Positions
move only over what is stored; a batch whose forerunner was not stored is forgotten with it, and its
records are read again.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import Consumer

from core.consumer.assignment import Asked, Assignment
from core.consumer.batch import BuiltBatch
from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.consumer.counters import Counters
from core.consumer.options import ConsumeOptions
from core.consumer.poller import parts
from core.text import N_

log = logging.getLogger(__name__)

Build = Callable[[list[Any], Mapping[int, int], Mapping[int, int]], BuiltBatch]


class BatchSequence:
    """Stores what one membership of the group reads. The consumer's thread alone.

    build: makes a batch of records, from these positions up to these ends. confirm: returns whether
    the topic is still the one read from, once that was asked; False when a stop makes it moot.
    on_stored: called when positions have moved. Errors of all methods: those of the three, and of
    `BatchWriter`.
    """

    def __init__(
        self,
        writer: BatchWriter,
        assignment: Assignment,
        counters: Counters,
        options: ConsumeOptions,
        *,
        build: Build,
        confirm: Callable[[Asked], bool],
        consumer: Consumer,
        on_stored: Callable[[], None],
    ) -> None:
        self._writer = writer
        self._assignment = assignment
        self._counters = counters
        self._options = options
        self._build = build
        self._confirm = confirm
        self._consumer = consumer
        self._on_stored = on_stored
        self._under_way: BuiltBatch | None = None

    @property
    def size_under_way(self) -> int:
        """Records of the batch that is not known to be stored yet."""
        return 0 if self._under_way is None else self._under_way.size

    def store(self, records: list[Any]) -> bool:
        """Store records, part by part where they overrun the bytes of a batch.

        Returns False when the consumer must end without having stored them.
        """
        *before, last = parts(records, self._options.max_batch_bytes)
        for part in before:
            # The ends seen lie behind the last part.
            outcome = self._write(part, {})
            if outcome is not WriteOutcome.STORED:
                return outcome is WriteOutcome.FENCED  # what is left is read again
        return self._write(last, self._assignment.ends) is not WriteOutcome.STOPPED

    def _write(self, records: list[Any], ends: Mapping[int, int]) -> WriteOutcome:
        """Store records in one transaction, up to the ends that lie behind them.

        Returns what became of the batch before, where that is not stored. Where more is sure to
        follow, the records are only begun to be stored.
        """
        # Asked now, it is answered while the records are decoded.
        asked = self._assignment.ask_topic()
        batch = self._writer.patiently(lambda: self._built(records, ends))
        if batch is None:
            return WriteOutcome.STOPPED
        before = self.settle()
        if before is not WriteOutcome.STORED:
            return before
        if any(move.partition not in self._assignment.positions for move in batch.raw.advances):
            batch = self._built(records, ends)  # some went to others while it was waited
        if not batch.raw.advances:
            return WriteOutcome.STORED
        if not self._confirm(asked):
            return WriteOutcome.STOPPED
        if self._is_backlog(records):
            self._writer.begin(batch.raw)
            self._under_way = batch
            return WriteOutcome.STORED
        return self._settled(batch, self._writer.write(batch.raw))

    def _is_backlog(self, records: list[Any]) -> bool:
        """Return whether more is sure to follow, and the records leave room for it."""
        room = self._options.max_batch_bytes // 2
        full = len(records) >= self._options.max_batch
        # A batch is full at its bytes once the last record is over them.
        return full and sum(map(len, records[:-1])) <= room

    def _built(self, records: list[Any], ends: Mapping[int, int]) -> BuiltBatch:
        """Return a batch of records that follow those under way. Errors: RegistryError."""
        ahead = dict(self._assignment.positions)
        for move in self._under_way.raw.advances if self._under_way else ():
            if ahead.get(move.partition) == move.from_offset:
                ahead[move.partition] = move.next_offset
        return self._build(records, ahead, ends)

    def settle(self) -> WriteOutcome:
        """Wait for the batch under way, if there is one, and draw the consequences."""
        if self._under_way is None:
            return WriteOutcome.STORED
        outcome = self._writer.settle()
        batch, self._under_way = self._under_way, None
        return self._settled(batch, outcome)

    def note_if_stored(self) -> None:
        """Count the batch under way where it is known to be stored."""
        if self._under_way is not None and self._writer.has_stored:
            self.settle()

    def _settled(self, batch: BuiltBatch, outcome: WriteOutcome) -> WriteOutcome:
        """Move the positions over a batch that is stored; go back where another one was first."""
        if outcome is WriteOutcome.FENCED:
            self._counters.fenced()
            self._assignment.restore(self._consumer)
        if outcome is not WriteOutcome.STORED:
            return outcome
        for move in batch.raw.advances:
            # Not one that was revoked meanwhile, nor one that came back.
            if self._assignment.positions.get(move.partition) == move.from_offset:
                self._assignment.positions[move.partition] = move.next_offset
        self._counters.stored(batch)
        for gap in batch.raw.gaps:
            log.error(N_("offsets lost"), extra={"topic": self._options.topic, "gap": str(gap)})
        self._on_stored()
        return outcome
