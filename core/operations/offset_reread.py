"""Reads records of our own group again, up to the stored offsets, and stores what is missing.

The stored offsets stay where they are and the consumer goes on beside it. Each record is known by
its place, so what is stored is neither stored again nor replaced; a dead letter that waits becomes
an event where its record can be read now. Each part is one transaction: whatever ends it, what was
read until then stays, and to do it again changes nothing. Loads the Kafka client.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event

from confluent_kafka import Message

from core.broker.base import Broker
from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config.settings import KafkaSettings
from core.consumer.batch import build_batch
from core.consumer.decoders.base import Decoder
from core.errors import CancelledError, UsageError
from core.operations.offset_plan import OffsetPlan, Reread
from core.operations.topic_scan import TopicScan
from core.text import N_, _, clean
from core.warehouse.base import Warehouse

_AT_ONCE = 10_000
"""Records of one transaction."""

log = logging.getLogger(__name__)


def reread(
    broker: Broker,
    warehouse: Warehouse,
    kafka: KafkaSettings,
    plan: OffsetPlan,
    *,
    decoder: Decoder,
    stop: Event,
    clock: Clock,
    show: Callable[[OffsetPlan], None],
) -> OffsetPlan:
    """Do what a plan of our own group says, and return it as done.

    show: told after each part how far it is. Errors: UsageError for a plan that is refused;
    BrokerError, WarehouseError, RegistryError; CancelledError.
    """
    if not plan.own or plan.refusal:
        raise UsageError(plan.refusal or _("this group is not the one of this pipeline"))
    ranges = {
        move.partition: (move.after, min(move.before, move.end))
        for move in plan.moves
        if move.before is not None and move.again
    }
    work = _Work(broker.identity(kafka.topic), warehouse, decoder, clock)
    work.positions = {part: first for part, (first, _end) in ranges.items()}
    waiting: list[Message] = []
    told = Reread(total=plan.again)
    log.warning(
        N_("records are read again"),
        extra={"topic": clean(kafka.topic, 200), "from": work.positions, "count": plan.again},
    )
    show(replace(plan, reread=told))
    with TopicScan(broker, kafka.topic, kafka.group_id) as scan:
        for messages, passed, total in scan.messages(ranges, stop=stop):
            waiting += messages
            if len(waiting) >= _AT_ONCE or passed == total or stop.is_set():
                told = work.store(waiting, told)
                waiting = []
            told = replace(told, passed=passed)
            show(replace(plan, reread=told))
    if stop.is_set() and told.passed < told.total:
        raise CancelledError(_("reading again was cancelled: what it has brought stays"))
    told = replace(work.store(waiting, told), passed=told.total)
    log.info(
        N_("records were read again"),
        extra={
            "records": told.records,
            "events": told.filled.events,
            "letters": told.filled.letters,
            "resolved": told.filled.resolved,
        },
    )
    return replace(plan, done=True, reread=told)


class _Work:
    """Stores what is missing, part by part. positions: where each partition goes on."""

    def __init__(
        self, identity: TopicIdentity, warehouse: Warehouse, decoder: Decoder, clock: Clock
    ) -> None:
        self._identity = identity
        self._warehouse = warehouse
        self._decoder = decoder
        self._clock = clock
        self.positions: dict[int, int] = {}

    def store(self, messages: Sequence[Message], told: Reread) -> Reread:
        """Store what is missing of some records; return what was told, with these."""
        if not messages:
            return told
        built = build_batch(
            messages,
            self._identity,
            self.positions,
            self._clock.now(),
            self._decoder,
            contiguous_offsets=False,
        )
        filled = self._warehouse.fill_batch(built.raw)
        for move in built.raw.advances:
            self.positions[move.partition] = move.next_offset
        return replace(told, records=told.records + built.size, filled=told.filled.plus(filled))
