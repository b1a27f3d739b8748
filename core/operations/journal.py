"""What happens in a controller, for the log: workers that begin and end, tasks and how they ended.

The workers themselves log only what is odd. Whoever opens the log of a console wants to see its
course as well, and what ended a worker that failed. It is read from snapshots, once a second.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.failures import explained
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import TaskSnapshot
from core.text import _, clean
from core.text.number_format import span
from core.workers import RunState

log = logging.getLogger(__name__)

Failures = Mapping[str, BaseException]
Figures = Mapping[str, object]


_HOLDS = frozenset({RunState.HELD, RunState.WAITING})
_LASTS_S = 5.0


@dataclass
class _Hold:
    """A worker that cannot go on: since when, why, and whether the log has it."""

    since: datetime
    reason: str = ""
    told: bool = False


@dataclass(frozen=True)
class _Worker:
    """A worker at one moment. reason: why it waits; message and hint: what ended it."""

    title: str
    state: RunState
    figures: Figures
    reason: str = ""
    message: str = ""
    hint: str = ""


class Journal:
    """Logs what changed between one moment and the next. Used by one thread."""

    def __init__(self) -> None:
        self._states: dict[str, RunState] = {}
        self._holds: dict[str, _Hold] = {}
        self._ended: dict[str, object] = {}

    def see(self, now: ControllerSnapshot, failures: Failures) -> None:
        """Take a moment. failures: what ended a worker, by its name."""
        producer, consumer = now.producer, now.consumer
        sent = {"sent": producer.sent, "acked": producer.acked, "failed": producer.failed}
        stored = {"stored": consumer.inserted, "dead_lettered": consumer.dead_lettered}
        merge = {"merged": now.merge.total.taken}
        workers = {
            "producer": _Worker(
                _("producer"),
                producer.state,
                sent,
                producer.held_reason,
                producer.error,
                producer.hint,
            ),
            "consumer": _Worker(
                _("consumer"),
                consumer.state,
                stored,
                consumer.waiting_for,
                consumer.error,
                consumer.hint,
            ),
            "merge": _Worker(_("merge"), now.merge.state, merge),
        }
        for name, worker in workers.items():
            if not self._held(name, worker, now.at):
                self._worker(name, worker, failures.get(name))
        self._task(_("opening the warehouse"), now.opening, dict)
        self._task(_("opening the broker"), now.opening_broker, dict)
        self._task(_("seed files"), now.seed, lambda: _seeded(now))
        self._task(_("validation"), now.validation, lambda: _validated(now))
        self._task(_("demonstration"), now.demo, lambda: {"outcome": now.demo.result or ""})
        upkeep = now.upkeep
        self._task(_("merge now"), upkeep.merge, lambda: _merged(now))
        self._task(_("load"), upkeep.load, lambda: _loaded(now))
        self._task(_("setup"), upkeep.setup, dict)
        self._task(_("repair"), upkeep.repair, lambda: _repaired(now))
        self._task(_("replay"), now.explored.replay, lambda: _replayed(now))

    def _held(self, name: str, worker: "_Worker", at: datetime) -> bool:
        """Tell of a hold that lasts, when it does and at its end; return whether there is one.

        A worker that is held for moments only is at work: so it is kept from overflowing.
        """
        hold = self._holds.get(name)
        if worker.state in _HOLDS:
            hold = hold or self._holds.setdefault(name, _Hold(at))
            hold.reason = worker.reason or hold.reason
            if not hold.told and (at - hold.since).total_seconds() >= _LASTS_S:
                hold.told = True
                text = _("{worker} waits: {reason}")
                log.warning(text.format(worker=worker.title, reason=clean(hold.reason)))
            return True
        if hold is not None:
            del self._holds[name]
            if hold.told:
                time = span((at - hold.since).total_seconds())
                text = _("{worker} waited for {time}: {reason}")
                log.info(text.format(worker=worker.title, time=time, reason=clean(hold.reason)))
        return False

    def _worker(self, name: str, worker: "_Worker", error: BaseException | None) -> None:
        before = self._states.get(name, RunState.IDLE)
        self._states[name] = worker.state
        if worker.state is before or worker.state is RunState.STARTING:
            return
        text = f"{worker.title}: {worker.state.value}"
        if worker.state is not RunState.FAILED:
            log.info(text, extra=dict(worker.figures))
            return
        message, hint = worker.message, worker.hint
        if not message and error is not None:
            message, hint = explained(error)
        text = ": ".join(part for part in (text, clean(message)) if part)
        log.error(text, extra={**worker.figures, "hint": clean(hint)}, exc_info=error)

    def _task(self, title: str, task: TaskSnapshot[Any], figures: Callable[[], Figures]) -> None:
        """Tell the end of a task once; its beginning says nothing that the end does not."""
        if task.running or task.ended_at is None or task.ended_at == self._ended.get(title):
            return
        self._ended[title] = task.ended_at
        if task.error:
            log.warning("%s: %s", title, task.error)
        else:
            log.info(_("{task}: done").format(task=title), extra=dict(figures()))


def _seeded(now: ControllerSnapshot) -> Figures:
    files = now.seed.result.files if now.seed.result else ()
    return {file.path.name: file.rows for file in files}


def _validated(now: ControllerSnapshot) -> Figures:
    result = now.validation.result
    return {"verdict": result.status.name} if result else {}


def _replayed(now: ControllerSnapshot) -> Figures:
    result = now.explored.replay.result
    if result is None:
        return {}
    return {"published": result.published, "asked": result.asked, "cancelled": result.cancelled}


def _merged(now: ControllerSnapshot) -> Figures:
    result = now.upkeep.merge.result
    return {"merged": result.taken, "quarantined": result.quarantined} if result else {}


def _loaded(now: ControllerSnapshot) -> Figures:
    result = now.upkeep.load.result
    return result.fields() if result else {}


def _repaired(now: ControllerSnapshot) -> Figures:
    result = now.upkeep.repair.result
    return {"repaired": len(result.repaired), "not_repaired": len(result.left)} if result else {}
