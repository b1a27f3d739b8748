"""Finds the moments that explain a chart in what changed from one snapshot to the next."""

from collections import deque
from datetime import datetime

from core.operations.history import KEPT
from core.operations.mark import Mark, MarkKind
from core.operations.snapshot import ControllerSnapshot
from core.workers import FINAL_STATES, RunState

_MOST = 500


class Marks:
    """Finds marks in what changed between one moment and the next. Used by one thread.

    `latest` may be read by any: those of the last hours, oldest first.
    """

    def __init__(self) -> None:
        self._states: dict[str, RunState] = {}
        self._alerts: set[tuple[str, datetime]] = set()
        self._checked: datetime | None = None
        self._marks: deque[Mark] = deque(maxlen=_MOST)
        self.latest: tuple[Mark, ...] = ()

    def see(self, now: ControllerSnapshot) -> None:
        """Take a moment."""
        found = [*self._workers(now), *self._alerted(now), *self._validated(now)]
        old = bool(self._marks) and self._marks[0].at < now.at - KEPT
        if found or old:
            kept = [mark for mark in self._marks if mark.at >= now.at - KEPT]
            self._marks = deque(sorted([*kept, *found], key=lambda mark: mark.at), maxlen=_MOST)
            self.latest = tuple(self._marks)

    def _workers(self, now: ControllerSnapshot) -> list[Mark]:
        states = {"producer": now.producer.state, "consumer": now.consumer.state}
        before, self._states = self._states, states
        found = []
        for name, state in states.items():
            resting = before.get(name, RunState.IDLE) in FINAL_STATES
            if state is RunState.FAILED and before.get(name) is not RunState.FAILED:
                found.append(Mark(now.at, MarkKind.FAILED, name))
            elif resting and state not in FINAL_STATES:
                found.append(Mark(now.at, MarkKind.STARTED, name))
            elif not resting and state in FINAL_STATES:
                found.append(Mark(now.at, MarkKind.STOPPED, name))
        return found

    def _alerted(self, now: ControllerSnapshot) -> list[Mark]:
        names = {(alert.rule, alert.raised_at) for alert in now.alerts}
        new, self._alerts = names - self._alerts, names
        return [Mark(at, MarkKind.ALERTED, rule) for rule, at in new]

    def _validated(self, now: ControllerSnapshot) -> list[Mark]:
        result = now.validation.result
        if result is None or result.run_at == self._checked:
            return []
        self._checked = result.run_at
        return [Mark(result.run_at, MarkKind.CHECKED)]
