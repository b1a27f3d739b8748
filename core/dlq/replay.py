"""Publishes dead letters again: original key, bytes and headers, and a count of redeliveries.

A letter is marked as replayed only after the broker has acknowledged it. A crash in between leaves
it listed, so it may be published twice, and the merge makes one order of it. What is still bad
comes back as a new dead letter with a higher count.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from core.broker.base import Broker
from core.broker.clients import kafka_error
from core.clock import Clock
from core.errors import BrokerError
from core.producer.room import BATCH_BYTES, Room, shared_room
from core.text import _
from core.text.figures import count
from core.warehouse.base import Warehouse
from core.warehouse.model import StoredDeadLetter

REDELIVERY_HEADER = "dropship-redeliveries"
"""Header that says how often a record was replayed, as decimal digits."""

_FLUSH_S = 0.1
_RETRY_S = 0.02
_ANY = -1  # librdkafka's number for: by the key
_OWN_HEADER = 64


class Replay:
    """One replay run. Errors of `publish`: BrokerError; what was acknowledged is marked first.

    lock_file: see `core.producer.room.shared_room`. timeout_s: how long the broker may take.
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
    ) -> None:
        self._broker = broker
        self._warehouse = warehouse
        self._topic = topic
        self._group_id = group_id
        self._lock_file = lock_file
        self._clock = clock
        self._timeout_s = timeout_s
        self._acked: list[str] = []
        self._failure: KafkaError | None = None

    @property
    def acked(self) -> int:
        """Letters acknowledged so far."""
        return len(self._acked)

    def publish(self, letters: Sequence[StoredDeadLetter], stop: Event) -> int:
        """Publish letters in order until done or stopped; return how many were acknowledged."""
        left = 0
        try:
            with ExitStack() as stack:
                producer = Producer(self._config())
                room = self._open_room(stack, producer, stop)
                try:
                    self._publish_all(producer, room, letters, stop)
                finally:
                    # Also after an error: what was acknowledged must be marked, or it would be
                    # published again.
                    left = self._drain(producer)
        except KafkaException as error:
            raise kafka_error(error, _("replaying dead letters")) from error
        finally:
            if self._acked:
                self._warehouse.mark_replayed(self._acked)
        if left:
            raise BrokerError(
                _("{count} dead letters were not acknowledged in time").format(count=count(left)),
                hint=_("they are still listed: replay them again once the broker answers"),
            )
        if self._failure is not None:
            raise kafka_error(self._failure, _("replaying dead letters"))
        return self.acked

    def _config(self) -> dict[str, Any]:
        config = {**self._broker.producer_config(), "delivery.report.only.error": False}
        if self._broker.backlog_limit_bytes is not None:
            config["batch.size"] = BATCH_BYTES
        return config

    def _publish_all(
        self,
        producer: Producer,
        room: Room | None,
        letters: Sequence[StoredDeadLetter],
        stop: Event,
    ) -> None:
        for letter in letters:
            partition = _ANY
            if room is not None:
                place = self._make_room(room, producer, letter, stop)
                if place is None:
                    break
                partition = room.partitions[place]
            if stop.is_set():
                break
            self._send(producer, letter, partition)
            if room is not None:
                room.handed_over()

    def _open_room(self, stack: ExitStack, producer: Producer, stop: Event) -> Room | None:
        """Return the room on an embedded broker, ours alone; None where there is no cap."""
        if self._broker.backlog_limit_bytes is None:
            return None
        room = stack.enter_context(
            shared_room(
                self._broker,
                self._topic,
                self._group_id,
                lock_file=self._lock_file,
                clock=self._clock,
                stopping=stop.is_set,
            )
        )
        while not room.attach(lambda: len(producer)):
            if self._clock.wait(stop, _RETRY_S):
                break
        stack.callback(room.detach)
        return room

    def _make_room(
        self, room: Room, producer: Producer, letter: StoredDeadLetter, stop: Event
    ) -> int | None:
        """Wait until the broker can keep a letter; return its place, None when stopped."""
        headers = sum(len(name) + len(value or b"") for name, value in letter.headers)
        size = len(letter.key or b"") + len(letter.payload or b"") + headers + _OWN_HEADER
        places = room.place([letter.key or b""])
        began = self._clock.monotonic()
        while not room.admit(places, np.array([size], dtype=np.int64)):
            if self._clock.monotonic() - began > self._timeout_s:
                raise BrokerError(
                    _("broker full: nobody consumes what is replayed"),
                    hint=_("start the consumer, then replay the rest"),
                )
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
                self._failure = error

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
                self._failure = error.args[0]
                break
            else:
                break
        producer.poll(0)

    def _drain(self, producer: Producer) -> int:
        """Wait for every acknowledgement, at most `timeout_s`; return how many did not come."""
        until = self._clock.monotonic() + self._timeout_s
        while producer.flush(_FLUSH_S) and self._clock.monotonic() < until:
            continue
        left = len(producer)
        if left:
            producer.purge()
            producer.flush(_FLUSH_S)
        return left


def redeliveries(letter: StoredDeadLetter) -> int:
    """Return how often a record had been replayed before it came here."""
    for name, value in letter.headers:
        if name == REDELIVERY_HEADER and value is not None and value.isdigit():
            return int(value)
    return 0
