"""Damaged records put back: what `validate --repair` does, and a key of the console.

One way for both. The job opens a broker, and only once something is damaged that the warehouse does
not hold twice; a console has the broker of its controller.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from core.broker.base import Broker
from core.jobs.base import JobContext
from core.text import _, clean, ngettext
from core.text.number_format import count
from core.validation.content import find_damage
from core.validation.context import CheckContext
from core.validation.repaired import Repair
from core.warehouse.base import Warehouse
from core.warehouse.model import Damage


def repair(
    context: JobContext, warehouse: Warehouse, broker: Callable[[], AbstractContextManager[Broker]]
) -> Repair:
    """Read everything, and put back what is damaged as far as it can still be had.

    broker: entered only where the topic is needed. A stop ends it between two records; what was
    put back stays so. Errors: BrokerError where something is damaged and no broker answers.
    """
    # Here, because it loads the Kafka client.
    from core.validation.repair import repair_from_copies  # noqa: PLC0415

    damaged = _damaged(context, warehouse)
    if damaged and not warehouse.restores:
        reason = _("{warehouse} keeps values, not bytes").format(warehouse=warehouse.engine.name)
        return Repair((), [(damage.event_id, reason) for damage in damaged])
    copied = repair_from_copies(warehouse, damaged, stop=context.stop)
    if context.stopping:
        left = [damage.event_id for damage in damaged if damage.event_id not in copied]
        return Repair(copied, [(event_id, _("stopped")) for event_id in left])
    if copied:
        damaged = _damaged(context, warehouse)
    if not damaged:
        return Repair(copied, [])
    found = _from_topic(context, warehouse, broker, damaged)
    return Repair([*copied, *found.repaired], found.left)


def repair_lines(repaired: Repair, most: int | None = None) -> Iterator[str]:
    """Yield what was repaired, what was not and why; of the latter at most so many (None: all)."""
    yield ngettext(
        "{count} record repaired",
        "{count} records repaired",
        len(repaired.repaired),
    ).format(count=count(len(repaired.repaired)))
    for event_id, reason in repaired.left[:most]:
        yield _("not repaired: {event}: {reason}").format(event=clean(event_id), reason=reason)
    more = 0 if most is None else len(repaired.left) - most
    if more > 0:
        yield ngettext("{count} more not repaired", "{count} more not repaired", more).format(
            count=count(more)
        )


def _damaged(context: JobContext, warehouse: Warehouse) -> list[Damage]:
    """Compare every stored record with its checksum, and show how far that is."""
    task, progress = _("reading back"), context.progress
    stored = 0

    def compared(done: int, total: int) -> None:
        nonlocal stored
        if total != stored:
            stored = total
            progress.start(task, total, _("records compared"))
        progress.update(task, done)

    checking = CheckContext(
        warehouse,
        context.settings.thresholds,
        context.clock.now(),
        stop=context.stop,
        compared=compared,
        pipeline=context.settings.pipeline,
    )
    found = find_damage(checking)
    if stored:
        progress.finish(task)
    return found


def _from_topic(
    context: JobContext,
    warehouse: Warehouse,
    broker: Callable[[], AbstractContextManager[Broker]],
    damaged: list[Damage],
) -> Repair:
    """Put back from the topic what it still holds, and show how far that is."""
    from core.consumer.decoders.factory import decoder_of  # noqa: PLC0415 - loads Arrow
    from core.validation.repair import repair_from_topic  # noqa: PLC0415 - loads the Kafka client

    decoder = decoder_of(context.settings)

    def stored(payload: bytes | None, key: bytes | None) -> bytes | None:
        if payload is None:
            return decoder.tombstone(key)
        return (decoder.decode([payload]).payloads or [payload])[0]

    task, progress, kafka = _("repair"), context.progress, context.settings.kafka
    with broker() as opened:
        progress.start(task, len(damaged), _("damaged records"))
        found = repair_from_topic(
            warehouse,
            opened,
            kafka.group_id,
            opened.identity(kafka.topic),
            damaged,
            stop=context.stop,
            stored=stored,
            told=lambda done: progress.update(task, done),
        )
        progress.finish(task)
    return found
