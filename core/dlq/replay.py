"""Publishes dead letters again: original key, bytes and headers, and a count of redeliveries.

A letter is marked as replayed only after the broker has acknowledged it. A crash in between leaves
it listed, so it may be published twice, and the merge makes one order of it. What is still bad
comes back as a new dead letter with a higher count.

On an embedded broker a replay goes beside the producer of its own process, by turns
(`BrokerCapacity.visit`); while another process publishes there, it waits, says for whom, and can be
stopped.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from core.broker.base import Broker
from core.clock import Clock
from core.dlq.redeliveries import REDELIVERY_HEADER, redeliveries
from core.dlq.refused import Refused, broken_by, published_too
from core.errors import BrokerError
from core.producer.broker_capacity import BATCH_BYTES, BrokerCapacity
from core.producer.shared_capacity import CapacityLockedError, shared_capacity
from core.text import _, ngettext
from core.text.number_format import count
from core.warehouse.base import Warehouse
from core.warehouse.model import StoredDeadLetter

_FLUSH_S = 0.1
_STOP_FLUSH_S = 5.0
"""How long acknowledgements are waited for after a stop: given up, they might be sent twice."""
_RETRY_S = 0.02
_HELD_RETRY_S = 0.1
_TOLD_AFTER_S = 0.2
_ANY = -1  # librdkafka's number for: by the key
_OWN_HEADER = 64


@dataclass(frozen=True)
class Waiting:
    """How a replay waits. told: given why nothing goes out, for as long as that is so.

    patient: waits for another process that publishes until it is stopped, else `timeout_s`.
    """

    told: Callable[[str], None] = lambda _reason: None
    patient: bool = False


_QUIET = Waiting()


class Replay:
    """One replay run. Errors of `publish`: BrokerError; what was acknowledged is marked first.

    lock_file: see `core.producer.shared_capacity.shared_capacity`. timeout_s: how long the broker
    may take.
    """

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        *,
        topic: str,
        group_id: str,
        lock_file: Path,
        clock: Clock,
        timeout_s: float,
        waiting: Waiting = _QUIET,
    ) -> None:
        self._broker = broker
        self._warehouse = warehouse
        self._topic = topic
        self._group_id = group_id
        self._lock_file = lock_file
        self._clock = clock
        self._timeout_s = timeout_s
        self._waiting = waiting
        self.mark = ""
        """What commits that make room carry, see `BrokerCapacity`; set before `publish`."""
        self._acked: list[str] = []
        self._marked = 0
        self._refused = Refused(topic)

    @property
    def acked(self) -> int:
        """Letters acknowledged so far."""
        return len(self._acked)

    def publish(self, letters: Sequence[StoredDeadLetter], stop: Event) -> int:
        """Publish letters in order until done or stopped; return how many were acknowledged."""
        return self.publish_all([letters], stop)

    def publish_all(self, chunks: Iterable[Sequence[StoredDeadLetter]], stop: Event) -> int:
        """Publish letters chunk by chunk, each marked before the next one is taken."""
        with ExitStack() as stack:
            capacity = self._open_capacity(stack, stop)
            if stop.is_set():
                return self.acked
            try:
                producer = Producer(self._config())
            except KafkaException as error:
                raise broken_by(error, self._topic, self.acked) from error
            for letters in chunks:
                if stop.is_set():
                    break
                if letters:
                    self._publish_chunk(producer, capacity, letters, stop)
        return self.acked

    def _publish_chunk(
        self,
        producer: Producer,
        capacity: BrokerCapacity | None,
        letters: Sequence[StoredDeadLetter],
        stop: Event,
    ) -> None:
        left = 0
        try:
            with ExitStack() as stack:
                on_way = producer.__len__
                if capacity is not None:
                    stack.callback(capacity.leave, on_way)
                    if not self._take_turn(capacity, on_way, stop):
                        return
                try:
                    self._send_all(producer, capacity, letters, stop)
                finally:
                    # Also after an error: what was acknowledged must be marked, or it would be
                    # published again.
                    left = self._drain(producer, stop)
        except KafkaException as error:
            raise broken_by(error, self._topic, self.acked) from error
        finally:
            self._mark()
        if left:
            raise BrokerError(
                ngettext(
                    "{count} dead letter was not acknowledged in time",
                    "{count} dead letters were not acknowledged in time",
                    left,
                ).format(count=count(left))
                + published_too(self.acked),
                hint=_("they are still listed: replay them again once the broker answers"),
            )
        if self._refused.total:
            raise self._refused.error(self.acked)

    def _mark(self) -> None:
        """Mark what was acknowledged since the last time."""
        fresh = self._acked[self._marked :]
        if fresh:
            self._warehouse.mark_replayed(fresh)
            self._marked += len(fresh)

    def _config(self) -> dict[str, Any]:
        config = {**self._broker.producer_config(), "delivery.report.only.error": False}
        if self._broker.backlog_limit_bytes is not None:
            config["batch.size"] = BATCH_BYTES
        return config

    def _send_all(
        self,
        producer: Producer,
        capacity: BrokerCapacity | None,
        letters: Sequence[StoredDeadLetter],
        stop: Event,
    ) -> None:
        for letter in letters:
            partition = _ANY
            if capacity is not None:
                place = self._wait_for_capacity(capacity, producer, letter, stop)
                if place is None:
                    break
                partition = capacity.partitions[place]
            if stop.is_set():
                break
            self._send(producer, letter, partition)
            if capacity is not None:
                capacity.enqueued()

    def _open_capacity(self, stack: ExitStack, stop: Event) -> BrokerCapacity | None:
        """Return the room on an embedded broker; None where there is no cap, or when stopped."""
        if self._broker.backlog_limit_bytes is None:
            return None
        began = self._clock.monotonic()
        while not stop.is_set():
            try:
                return stack.enter_context(
                    shared_capacity(
                        self._broker,
                        self._topic,
                        self._group_id,
                        lock_file=self._lock_file,
                        clock=self._clock,
                        stopping=stop.is_set,
                        mark=self.mark,
                    )
                )
            except CapacityLockedError as error:
                if not self._waiting.patient and self._clock.monotonic() - began >= self._timeout_s:
                    raise
                self._waiting.told(error.message)
                self._clock.wait(stop, _HELD_RETRY_S)
        return None

    def _take_turn(self, capacity: BrokerCapacity, on_way: Callable[[], int], stop: Event) -> bool:
        """Wait for a turn beside the producer of this process; return False when stopped."""
        began = self._clock.monotonic()
        while not capacity.visit(on_way):
            waited = self._clock.monotonic() - began
            reason = _("waits until what the producer has sent is acknowledged")
            if waited >= self._timeout_s:
                raise BrokerError(
                    _("the producer of this process leaves no turn: {reason}").format(
                        reason=reason
                    ),
                    hint=_("stop the producer, or replay once the broker answers"),
                )
            if waited >= _TOLD_AFTER_S:
                self._waiting.told(reason)
            if self._clock.wait(stop, _RETRY_S):
                return False
        return True

    def _wait_for_capacity(
        self, capacity: BrokerCapacity, producer: Producer, letter: StoredDeadLetter, stop: Event
    ) -> int | None:
        """Wait until the broker can keep a letter; return its place, None when stopped."""
        headers = sum(len(name) + len(value or b"") for name, value in letter.headers)
        size = len(letter.key or b"") + len(letter.payload or b"") + headers + _OWN_HEADER
        places = capacity.place([letter.key or b""])
        began = self._clock.monotonic()
        while not capacity.admit(places, np.array([size], dtype=np.int64), guest=True):
            waited = self._clock.monotonic() - began
            if waited > self._timeout_s:
                raise BrokerError(
                    _("broker full: nobody consumes what is replayed"),
                    hint=_("start the consumer, then replay the rest"),
                )
            if waited >= _TOLD_AFTER_S:
                self._waiting.told(capacity.full_reason)
            producer.poll(0)
            if self._clock.wait(stop, _RETRY_S):
                return None
        return int(places[0])

    def _send(self, producer: Producer, letter: StoredDeadLetter, partition: int) -> None:
        """Hand one letter to the client; one that it refuses is a failure, not the end."""
        headers = [(name, value) for name, value in letter.headers if name != REDELIVERY_HEADER]
        times = str(redeliveries(letter) + 1).encode()

        def acknowledged(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                self._acked.append(letter.event_id)
            else:
                self._refused.add(letter, error)

        while True:
            try:
                producer.produce(
                    self._topic,
                    value=letter.payload,
                    key=letter.key,
                    partition=partition,
                    headers=[*headers, (REDELIVERY_HEADER, times)],
                    on_delivery=acknowledged,
                )
            except BufferError:
                producer.poll(_FLUSH_S)
            except KafkaException as error:
                if error.args[0].fatal():
                    raise
                self._refused.add(letter, error.args[0])
                break
            else:
                break
        producer.poll(0)

    def _drain(self, producer: Producer, stop: Event) -> int:
        """Wait for every acknowledgement, in bounded time; return how many did not come."""
        began = self._clock.monotonic()
        while producer.flush(_FLUSH_S):
            limit = min(self._timeout_s, _STOP_FLUSH_S) if stop.is_set() else self._timeout_s
            waited = self._clock.monotonic() - began
            if waited >= limit:
                break
            if waited >= _TOLD_AFTER_S:
                self._waiting.told(_("waiting for acknowledgements"))
        left = len(producer)
        if left:
            producer.purge()
            producer.flush(_FLUSH_S)
        return left
