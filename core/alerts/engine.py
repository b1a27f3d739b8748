"""Raises and clears alerts: a figure has to be bad for a while, and good for a while again.

How long is asked of each level by itself. A figure that swings between warn and fail has been at
least warn all the time, so it is raised as a warning; one level that had to last alone would begin
anew with every swing, and no alert would ever come.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from core.alerts.model import Alert, Change, Level, RuleValue

_PAST = 200


@dataclass
class _Rule:
    """What is known of one rule: its alert, and since when it has been so bad, or so good.

    at_least[level]: since when it has been that bad or worse without a break; at_most[level]: that
    good or better. What is not so now is left out.
    """

    alert: Alert | None = None
    at_least: dict[Level, float] = field(default_factory=dict)
    at_most: dict[Level, float] = field(default_factory=dict)

    @property
    def present(self) -> Level:
        return self.alert.level if self.alert else Level.NONE

    def observe(self, level: Level, now_s: float) -> None:
        for other in Level:
            for since, holds in (
                (self.at_least, level >= other),
                (self.at_most, level <= other),
            ):
                if holds:
                    since.setdefault(other, now_s)
                else:
                    since.pop(other, None)

    def lasting(self, before_s: float) -> Level:
        """Return the level to go to: the worst, or the best, that has lasted since then."""
        present = self.present
        worse = [to for to, at in self.at_least.items() if to > present and at <= before_s]
        better = [to for to, at in self.at_most.items() if to < present and at <= before_s]
        return max(worse, default=min(better, default=present))


class AlertEngine:
    """Holds the alerts. hold_s: seconds that a level must last before it counts.

    `see` is called by one thread; `acknowledge` and `latest` by any.
    """

    def __init__(self, hold_s: float) -> None:
        self.hold_s = hold_s
        self._rules: dict[str, _Rule] = {}
        self._past: deque[Alert] = deque(maxlen=_PAST)
        self._lock = Lock()
        self.latest: tuple[Alert, ...] = ()
        """Active alerts, worst and newest first; then the past ones, newest first."""

    def see(self, now_s: float, at: datetime, values: Iterable[RuleValue]) -> tuple[Change, ...]:
        """Take the measures of a moment; return what changed. A rule without one is good."""
        with self._lock:
            found = {value.rule: value for value in values}
            changes = [
                change
                for rule in dict.fromkeys([*self._rules, *found])
                for change in self._judge(rule, found.get(rule), now_s, at)
            ]
            self._publish()
            return tuple(changes)

    def acknowledge(self, at: datetime, rule: str | None = None) -> int:
        """Mark the alert of a rule (None: all) as seen; return how many that were not yet."""
        with self._lock:
            count = 0
            for name, state in self._rules.items():
                alert = state.alert
                if alert is not None and alert.acknowledged_at is None and rule in {None, name}:
                    state.alert = replace(alert, acknowledged_at=at)
                    count += 1
            self._publish()
            return count

    def _judge(
        self, rule: str, value: RuleValue | None, now_s: float, at: datetime
    ) -> Iterable[Change]:
        state = self._rules.setdefault(rule, _Rule())
        level = value.level(state.present) if value else Level.NONE
        if value is not None and state.alert is not None and level >= state.present:
            state.alert = replace(state.alert, message=value.message, told=value.told)
        state.observe(level, now_s)
        at_once = value is not None and value.at_once
        target = level if at_once else state.lasting(now_s - self.hold_s)
        if target != state.present:
            yield self._move(state, rule, target, value, at)

    def _move(
        self, state: _Rule, rule: str, level: Level, value: RuleValue | None, at: datetime
    ) -> Change:
        alert, message = state.alert, value.message if value else ""
        told = value.told if value else {}
        if alert is None:
            state.alert = Alert(rule, level, level, message, at, told=told)
            return Change("raised", state.alert)
        if level is Level.NONE:
            cleared = replace(alert, cleared_at=at)
            state.alert = None
            self._past.appendleft(cleared)
            return Change("cleared", cleared)
        worse = level > alert.level
        state.alert = replace(
            alert,
            level=level,
            worst=max(alert.worst, level),
            message=message,
            told=told,
            acknowledged_at=None if worse else alert.acknowledged_at,
        )
        return Change("worse" if worse else "better", state.alert)

    def _publish(self) -> None:
        active = [state.alert for state in self._rules.values() if state.alert is not None]
        active.sort(key=lambda alert: (-alert.level, -alert.raised_at.timestamp()))
        self.latest = (*active, *self._past)
