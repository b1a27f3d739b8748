"""The size of records that an earlier producer left unconsumed on an embedded broker.

Only reading tells how many bytes they are. It is done once, by a consumer that joins no group, and
what cannot be read counts as a full partition: better to wait for the consumer than to lose.
"""

import logging
import time
from collections.abc import Callable, Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition

from core.broker.base import Broker, Watermark
from core.producer.backlog_ledger import RECORD_OVERHEAD_BYTES
from core.text import N_, clean

_log = logging.getLogger(__name__)

Pieces = list[tuple[int, int]]
"""Runs of records: (offset after the last one, bytes counted for them), ascending."""

_GROUP = "dropship-backlog"
_BATCH = 1_000
_POLL_S = 0.1
_LIMIT_S = 30.0


def measure_initial_backlog(
    broker: Broker,
    topic: str,
    marks: Mapping[int, Watermark],
    committed: Mapping[int, int],
    *,
    unread: int,
    stopping: Callable[[], bool],
) -> Mapping[int, Pieces]:
    """Return the unconsumed records of each partition that has any.

    unread: bytes counted for a partition's records that could not be read in time.
    """
    starts = {
        number: max(mark.low, committed.get(number, mark.low)) for number, mark in marks.items()
    }
    left = {number: marks[number].high for number in marks if starts[number] < marks[number].high}
    found: dict[int, Pieces] = {number: [] for number in left}
    if not left:
        return found
    try:
        _read(broker, topic, starts, left, found, stopping)
    except KafkaException as error:
        _log.warning(N_("measuring the backlog of %s: %s"), clean(topic, 80), clean(error, 300))
    for number, high in left.items():
        found[number].append((high, unread))
    return found


def _read(  # noqa: PLR0917 - as above
    broker: Broker,
    topic: str,
    starts: Mapping[int, int],
    left: dict[int, int],
    found: dict[int, Pieces],
    stopping: Callable[[], bool],
) -> None:
    """Read until nothing is left; a partition read to its end is taken out of `left`."""
    deadline = time.monotonic() + _LIMIT_S
    reader = Consumer(broker.consumer_config(_GROUP))
    try:
        reader.assign([TopicPartition(topic, number, starts[number]) for number in left])
        while left and not stopping() and time.monotonic() < deadline:
            for message in reader.consume(_BATCH, _POLL_S):
                if message.error() is not None:
                    raise KafkaException(message.error())
                number, offset = message.partition() or 0, message.offset() or 0
                size = len(message.key() or b"") + len(message.value() or b"")
                found[number].append((offset + 1, size + RECORD_OVERHEAD_BYTES))
                if offset + 1 >= left.get(number, offset + 2):
                    del left[number]
    finally:
        reader.close()
