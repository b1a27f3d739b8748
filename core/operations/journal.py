"""What happens at a desk, told to the log: workers that begin and end, tasks and how they ended.

The workers themselves log only what is odd. Whoever opens the log of a console wants to see its
course as well, and what ended a worker that failed. It is read from snapshots, once a second.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from core.lifecycle import RunState
from core.operations.snapshot import DeskSnapshot
from core.operations.task import TaskSnapshot
from core.text import _

log = logging.getLogger(__name__)

Failures = Mapping[str, BaseException]
Figures = Mapping[str, object]


class Journal:
    """Logs what changed between one moment and the next. Used by one thread."""

    def __init__(self) -> None:
        self._states: dict[str, RunState] = {}
        self._ended: dict[str, object] = {}

    def see(self, now: DeskSnapshot, failures: Failures) -> None:
        """Take a moment. failures: what ended a worker, by its name."""
        producer, consumer, merged = now.producer, now.consumer, now.merge.total
        sent = {"sent": producer.sent, "acked": producer.acked, "failed": producer.failed}
        stored = {"stored": consumer.inserted, "dead_lettered": consumer.dead_lettered}
        self._worker(_("producer"), "producer", producer.state, sent, failures)
        self._worker(_("consumer"), "consumer", consumer.state, stored, failures)
        self._worker(_("merge"), "merge", now.merge.state, {"merged": merged.taken}, failures)
        self._task(_("opening the warehouse"), now.opening, dict)
        self._task(_("opening the broker"), now.opening_broker, dict)
        self._task(_("seed files"), now.seed, lambda: _seeded(now))
        self._task(_("validation"), now.validation, lambda: _validated(now))
        self._task(_("demonstration"), now.demo, lambda: {"outcome": now.demo.result or ""})
        self._task(_("replay"), now.explored.replay, dict)

    def _worker(
        self, title: str, name: str, state: RunState, figures: Figures, failures: Failures
    ) -> None:
        before = self._states.get(name, RunState.IDLE)
        self._states[name] = state
        if state is before or state is RunState.STARTING:
            return
        text = f"{title}: {state.value}"
        if state is RunState.FAILED:
            log.error(text, extra=dict(figures), exc_info=failures.get(name))
        else:
            log.info(text, extra=dict(figures))

    def _task(self, title: str, task: TaskSnapshot[Any], figures: Callable[[], Figures]) -> None:
        """Tell the end of a task once; its beginning says nothing that the end does not."""
        if task.running or task.ended_at is None or task.ended_at == self._ended.get(title):
            return
        self._ended[title] = task.ended_at
        if task.error:
            log.warning("%s: %s", title, task.error)
        else:
            log.info(_("{task}: done").format(task=title), extra=dict(figures()))


def _seeded(now: DeskSnapshot) -> Figures:
    files = now.seed.result.files if now.seed.result else ()
    return {file.path.name: file.rows for file in files}


def _validated(now: DeskSnapshot) -> Figures:
    result = now.validation.result
    return {"verdict": result.status.name} if result else {}
