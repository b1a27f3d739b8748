"""The end of `broker`: its records are stored first, by this process or by the one that can.

What the warehouse stores decides: the group may have committed what was stored elsewhere. Where it
can be opened, or the process that has it open shares it, a consumer stores here what it lacks.
Where it is held and not shared, or out of reach, commits of consumers that store there tell how far
it is, and what they do not cover is waited for. Both for a limited time: whoever ends a process
waits for it. What is not known to be stored then counts as lost.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from threading import Event

from core.broker.base import Broker
from core.consumer.unstored import count_unstored, unstored_records
from core.errors import BrokerError, DropshipError, WarehouseHeldError
from core.jobs import consume
from core.jobs.backends import open_warehouse
from core.jobs.base import Deadline, JobContext
from core.text import _, clean, ngettext
from core.text.number_format import count
from core.warehouse.base import Warehouse

WITHIN_S = 30.0
_AGAIN_S = 0.25
_STOP_S = 10.0

log = logging.getLogger(__name__)


def store_what_is_left(context: JobContext, broker: Broker, within_s: float = WITHIN_S) -> int:
    """See to it that the records of our broker are stored; return how many are not. Blocks."""
    # A stop is wanted already: what comes now must not heed it.
    own = replace(context, stop=Event())
    deadline = own.deadline(within_s)
    why = told = ""
    left = _not_committed(own, broker)
    while _holds_any(own, broker) and not deadline.expired:
        try:
            with open_warehouse(own) as warehouse:
                return _store(own, broker, warehouse, deadline)
        except DropshipError as error:
            why = error.message
            if not left:
                break
            if not error.transient and not isinstance(error, WarehouseHeldError):
                log.warning(clean(why, 300))
                break
        if not told:
            told = why
            log.warning(_waiting(left, why))
        own.wait(_AGAIN_S)
        left = _not_committed(own, broker)
    return left


def _holds_any(context: JobContext, broker: Broker) -> bool:
    """Whether the topic keeps any record: for an empty one no warehouse is opened."""
    marks = broker.watermarks(context.settings.kafka.topic)
    return any(mark.high > mark.low for mark in marks.values())


def _waiting(left: int, why: str) -> str:
    text = ngettext(
        "{count} record is not stored yet; waiting for at most {seconds} s: {why}",
        "{count} records are not stored yet; waiting for at most {seconds} s: {why}",
        left,
    )
    return text.format(count=count(left), seconds=round(WITHIN_S), why=clean(why, 300))


def _not_committed(context: JobContext, broker: Broker) -> int:
    kafka = context.settings.kafka
    left = unstored_records(
        broker.watermarks(kafka.topic),
        broker.committed(kafka.topic, kafka.group_id, mark=context.settings.warehouse_mark),
    )
    context.note({"unstored": left})
    return left


def _store(context: JobContext, broker: Broker, warehouse: Warehouse, deadline: Deadline) -> int:
    """Consume until nothing is left, the time is over, or a consumer fails."""
    topic = context.settings.kafka.topic
    left = count_unstored(broker, warehouse, topic)
    task = _("storing what is left")
    context.progress.start(task, left, _("records"))
    while left and not deadline.expired:
        context.note({"unstored": left})
        worker = consume.make_consumer(
            context, broker, warehouse, consume.Options(until_caught_up=True)
        )
        worker.start()
        while not worker.join(_AGAIN_S) and not deadline.expired:
            context.progress.update(task, worker.snapshot().consumed)
        worker.stop()
        worker.join(_STOP_S)
        with suppress(BrokerError):
            left = count_unstored(broker, warehouse, topic)
        if worker.error is not None:
            log.error(_("storing failed: {why}").format(why=clean(worker.error, 300)))
            break
    context.progress.finish(task)
    context.note({"unstored": left})
    return left
