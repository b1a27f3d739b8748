"""A replay of dead letters from a screen: in chunks, with what holds it up, and what came of it."""

from collections.abc import Iterator, Sequence

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.consumer.decoders.factory import decoder_of
from core.dlq.edits import Edit, edited
from core.dlq.replay import Replay, Waiting
from core.operations.inspect import letters_of
from core.operations.replay_result import ReplayResult
from core.operations.task import Task
from core.text import _
from core.warehouse.base import Warehouse
from core.warehouse.model import StoredDeadLetter


def publish_again(
    task: Task[ReplayResult],
    event_ids: Sequence[str],
    warehouse: Warehouse,
    broker: Broker,
    *,
    settings: Settings,
    clock: Clock,
    edits: Sequence[Edit] = (),
) -> ReplayResult:
    """Publish dead letters again until done or cancelled; all that went out is marked by then.

    edits: other payloads for some of them. Errors: InputError for one that is still bad, before
    anything of its chunk goes out; BrokerError, WarehouseError. The task's `done` tells how many
    went out before.
    """
    name, asked = _("replay"), len(event_ids)
    seen = fit = 0
    replay = Replay(
        broker,
        warehouse,
        topic=settings.kafka.topic,
        group_id=settings.kafka.group_id,
        lock_file=settings.paths.producer_lock,
        clock=clock,
        timeout_s=settings.timeout_s,
        waiting=Waiting(lambda reason: task.update(name, replay.acked, reason), patient=True),
    )

    replay.mark = settings.warehouse_mark

    def chunks() -> Iterator[list[StoredDeadLetter]]:
        nonlocal seen, fit
        for found in letters_of(warehouse, event_ids):
            letters = edited(found, edits, decoder_of(settings)) if edits else found
            good = [letter for letter in letters if letter.replayable]
            seen, fit = seen + len(letters), fit + len(good)
            task.update(name, replay.acked)
            yield good
            task.update(name, replay.acked, _("reading") if seen < asked else "")

    task.start(name, asked, _("dead letters"))
    task.update(name, 0, _("reading"))
    try:
        replay.publish_all(chunks(), task.stop)
    finally:
        task.update(name, replay.acked)
    cut_short = task.stop.is_set() and (seen < asked or replay.acked < fit)
    gone = 0 if cut_short else asked - seen
    return ReplayResult(replay.acked, asked, gone, seen - fit, cut_short)
