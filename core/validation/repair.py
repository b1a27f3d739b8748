"""Damaged records from the topic: read again, checked against the checksum, and put back.

A record is put back only where its bytes have a checksum that the damaged row knows: the one that
was taken when it came, or, where only the coordinates are wrong, that of the bytes that are there.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from core.broker.base import Broker
from core.broker.clients import kafka_error
from core.broker.error_hints import right
from core.broker.identity import TopicIdentity
from core.checksums import letter_checksum, payload_checksum
from core.text import _, clean
from core.validation.content import places_of
from core.validation.repaired import Repair
from core.warehouse.base import Warehouse
from core.warehouse.model import Damage, RecordBytes

_POLL_S = 0.2
_PATIENCE_S = 10.0
_AS_CAME = frozenset({"decode", "reread"})
"""Stages of letters that hold a record as it came, with key and headers."""

Stored = Callable[[bytes | None, bytes | None], bytes | None]
"""What is stored of a record's value and key where it is an event; None where it is none."""


def repair_from_copies(
    warehouse: Warehouse, damaged: Sequence[Damage], *, stop: Event
) -> list[str]:
    """Put back what the warehouse itself holds twice; return the event ids. Errors: WarehouseError.

    An event that the merge put aside stands among the dead letters too, with the same checksum.
    """
    repaired: list[str] = []
    for damage in damaged if warehouse.restores else ():
        if stop.is_set():
            break
        if damage.stage in _AS_CAME or damage.fault != "payload":
            continue
        copies = warehouse.rows("repair_copies", [damage.event_id, damage.event_id])
        for (payload,) in copies:
            checksum = payload_checksum(payload)
            if f"{checksum:016x}" == damage.stored:
                record = RecordBytes(
                    damage.event_id,
                    damage.source_id,
                    damage.partition,
                    damage.offset,
                    None,
                    payload,
                    (),
                    checksum,
                )
                warehouse.restore(damage, record)
                repaired.append(damage.event_id)
                break
    return repaired


def repair_from_topic(
    warehouse: Warehouse,
    broker: Broker,
    group_id: str,
    identity: TopicIdentity,
    damaged: Sequence[Damage],
    *,
    stop: Event,
    stored: Stored = lambda payload, _key: payload,
    told: Callable[[int], None] = lambda _done: None,
) -> Repair:
    """Put damaged records back, each in one transaction together with its row.

    stored: what is stored of a record. told: given how many were looked for.
    Errors: BrokerError, WarehouseError; what was put back until then stays so.
    """
    repaired: dict[str, None] = {}  # an event and its copy among the letters count once
    left: list[tuple[str, str]] = []
    with _reading(broker, identity, group_id, stop, stored) as reader:
        for done, damage in enumerate(damaged, 1):
            if stop.is_set():
                left.append((damage.event_id, _("stopped")))
                continue
            record, reason = reader.find(damage)
            if record is None:
                left.append((damage.event_id, reason))
            else:
                warehouse.restore(damage, record)
                repaired[record.event_id] = None
            told(done)
    return Repair(list(repaired), left)


@contextmanager
def _reading(
    broker: Broker,
    identity: TopicIdentity,
    group_id: str,
    stop: Event,
    stored: Stored,
) -> Iterator["_Reader"]:
    given = broker.consumer_config(f"{group_id}-repair")
    given.pop("group.protocol", None)
    try:
        consumer = Consumer({**given, "auto.offset.reset": "error"})
        try:
            yield _Reader(consumer, broker, identity, stop, stored)
        finally:
            consumer.close()
    except KafkaException as error:
        raise kafka_error(
            error, _("looking at the topic"), need=right("Read", topic=identity.topic)
        ) from error


class _Reader:
    """Reads single records; joins no group and commits nothing."""

    def __init__(
        self,
        consumer: Consumer,
        broker: Broker,
        identity: TopicIdentity,
        stop: Event,
        stored: Stored,
    ) -> None:
        self._stop = stop
        self._stored = stored
        self._consumer = consumer
        self._identity = identity
        self._marks = broker.watermarks(identity.topic)

    def find(self, damage: Damage) -> tuple[RecordBytes | None, str]:
        """Return the record that a damaged row was, or why there is none."""
        places = places_of(damage, self._identity.source_id)
        if not places:
            return None, _("it came from another topic, or from an earlier one of that name")
        reason = _("the topic does not hold it any more")
        for partition, offset in places:
            message = self._read(partition, offset)
            if message is None and self._stop.is_set():
                return None, _("stopped")
            if message is None:
                continue
            record = self._record(message, damage)
            if f"{record.checksum:016x}" in {damage.stored, damage.found}:
                return record, ""
            reason = _("{topic}-{partition} holds something else at offset {offset}").format(
                topic=clean(self._identity.topic, 80), partition=partition, offset=offset
            )
        return None, reason

    def _read(self, partition: int, offset: int) -> Message | None:
        mark = self._marks.get(partition)
        if mark is None or not mark.low <= offset < mark.high:
            return None
        self._consumer.assign([TopicPartition(self._identity.topic, partition, offset)])
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until and not self._stop.is_set():
            message = self._consumer.poll(_POLL_S)
            if message is None:
                continue
            error = message.error()
            if error is None:
                return message if message.offset() == offset else None
            if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                # The topic may well hold it: only we may not look.
                raise KafkaException(error)
        return None

    def _record(self, message: Message, damage: Damage) -> RecordBytes:
        """Return a record as a row of that kind holds it."""
        payload = message.value()
        if damage.stage not in _AS_CAME:
            payload = self._stored(payload, _key_of(message))
        return _bytes_of(message, payload, damage, self._identity)


def _key_of(message: Message) -> bytes | None:
    key: Any = message.key()
    return key.encode() if isinstance(key, str) else key


def _bytes_of(
    message: Message,
    payload: bytes | None,
    damage: Damage,
    identity: TopicIdentity,
) -> RecordBytes:
    """Return a record with the checksum that a row of that kind bears."""
    partition, offset = message.partition() or 0, message.offset() or 0
    key = _key_of(message)
    found: Any = message.headers() or ()
    headers = tuple(
        (clean(name, 200), value.encode() if isinstance(value, str) else value)
        for name, value in found
    )
    checksum = None if payload is None else payload_checksum(payload)
    if damage.stage in _AS_CAME or checksum is None:
        checksum = letter_checksum(checksum, key, headers)
    return RecordBytes(
        identity.event_id(partition, offset),
        identity.source_id,
        partition,
        offset,
        key,
        payload,
        headers,
        checksum,
    )
