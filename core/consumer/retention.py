"""When the broker no longer has the offset we need: said aloud, recorded exactly, stepped over."""

import logging

from confluent_kafka import Consumer

from core.broker.base import Broker
from core.clock import Clock
from core.consumer.assignment import Assignment
from core.errors import DataLossError, FencedError
from core.text import N_, _, clean
from core.warehouse.base import Warehouse
from core.warehouse.model import OffsetAdvance, OffsetGap, RawBatch

log = logging.getLogger(__name__)


def skip_lost_offsets(
    consumer: Consumer,
    broker: Broker,
    warehouse: Warehouse,
    assignment: Assignment,
    partition: int,
    *,
    clock: Clock,
) -> OffsetGap | None:
    """Record the offsets that are gone and go on after them; return the gap if this stored one.

    Errors: BrokerError, transient, when the topic was made again; DataLossError when it ends before
    the stored offset: it was cut, and its new records must not be taken for old ones.
    """
    identity = assignment.identity
    if identity is None:
        return None
    topic = identity.topic
    assignment.out_of_range.discard(partition)
    position = assignment.positions[partition]
    marks = broker.watermarks(topic)[partition]
    assignment.verify_topic()  # a topic that was made again has offsets of its own
    if position > marks.high:
        raise DataLossError(
            _(
                "{topic}/{partition} ends at offset {high}, but {position} is stored: "
                "the topic was cut or made again"
            ).format(
                topic=clean(topic, 80), partition=partition, high=marks.high, position=position
            ),
            hint=_("find out what happened to the topic before anything is read from it"),
        )
    gap = None
    if position < marks.low:
        found = OffsetGap(partition, position, marks.low, "retention")
        gap = found if _record(warehouse, assignment, found, clock) else None
    assignment.reposition(consumer, [partition])
    return gap


def _record(warehouse: Warehouse, assignment: Assignment, gap: OffsetGap, clock: Clock) -> bool:
    """Store the gap together with the offset after it; False where another consumer was first."""
    identity = assignment.identity
    if identity is None:
        return False
    log.error(
        N_("offsets lost to retention"),
        extra={
            "topic": identity.topic,
            "partition": gap.partition,
            "from_offset": gap.from_offset,
            "to_offset": gap.to_offset,
        },
    )
    move = OffsetAdvance(gap.partition, gap.from_offset, gap.to_offset)
    batch = RawBatch(identity, clock.now(), (), (), (), (), (move,), (gap,))
    try:
        warehouse.write_batch(batch)
    except FencedError:
        stored = warehouse.stored_offsets(identity)
        assignment.positions[gap.partition] = stored[gap.partition]
        return False
    assignment.positions[gap.partition] = gap.to_offset
    return True
