"""What a check finds and what a validation sums up: frozen, harmless to show, ready for JSON.

Every value that leaves a check passes `shown`: outside strings become harmless, money and times
become strings, so that screens, results and reports may use the figures as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Self

from core.broker.base import Broker, Watermark
from core.broker.identity import TopicIdentity
from core.clock import iso, utc
from core.consumer.unread import UnreadRecords, open_transactions
from core.remedies import Remedy, outside
from core.text import _, clean
from core.text.number_format import span

MAX_ROWS = 10
"""Offending rows that a check shows."""
MAX_CELL = 300
"""Characters of one cell of an offending row."""


class Status(IntEnum):
    """How bad it is; the greatest of several is that of the whole."""

    PASS = 0
    WARN = 1
    FAIL = 2
    ERROR = 3


@dataclass(frozen=True)
class Totals:
    """Rows of the tables that only ever grow."""

    raw_events: int
    rows: int
    dead_letters: int

    def as_figures(self, table: str) -> dict[str, int]:
        """Return the totals by name. table: that of the rows."""
        return {
            "raw_events": self.raw_events,
            table: self.rows,
            "dead_letters": self.dead_letters,
        }


@dataclass(frozen=True)
class Aging:
    """A message that tells an age: `text` holds `{age}`, which is counted from `moment` (UTC)."""

    text: str
    moment: datetime

    def told(self, now: datetime) -> str:
        """Return the message as it is true at a moment; a clock that went back makes it zero."""
        return self.text.format(age=span(max((now - self.moment).total_seconds(), 0.0)))


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    message: one line, as it was true when the check ran; `told` gives it as it is true later.
    figures: JSON values by name, never `status`, `message`, `hint` or `rows`. rows: up to ten
    offending rows. elapsed_s: how long it took. aging: of a message that tells an age. remedies:
    what fixes it; advice: that in words, where words are needed.
    """

    name: str
    status: Status
    message: str
    figures: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[Mapping[str, object], ...] = ()
    elapsed_s: float = 0.0
    remedies: tuple[Remedy, ...] = ()
    advice: str = ""
    aging: Aging | None = None

    def told(self, now: datetime) -> str:
        """Return the message with the ages that it has at a moment (UTC)."""
        return self.message if self.aging is None else self.aging.told(now)

    @classmethod
    def of(
        cls,
        name: str,
        status: Status,
        message: str,
        figures: Mapping[str, object] | None = None,
        rows: Sequence[Mapping[str, object]] = (),
        *,
        remedies: Sequence[Remedy] = (),
        advice: str = "",
    ) -> Self:
        """Return a result whose figures and rows are harmless and JSON-safe."""
        return cls(
            name=name,
            status=status,
            message=clean(message),
            figures={key: shown(value) for key, value in (figures or {}).items()},
            rows=tuple(
                {key: shown(value) for key, value in row.items()} for row in rows[:MAX_ROWS]
            ),
            remedies=tuple(remedies),
            advice=clean(advice),
        )

    @property
    def hint(self) -> str:
        """How to fix it without the console; empty where nothing is to be fixed."""
        return outside(self.remedies, self.advice)

    @property
    def with_hint(self) -> str:
        """The message, then the hint, for whoever has no console."""
        return _("; ").join(filter(None, (self.message, self.hint)))

    def as_json(self) -> dict[str, object]:
        """Return `{status, message, hint, ...figures, rows}`."""
        return {
            "status": self.status.name,
            "message": self.message,
            "hint": self.hint,
            **self.figures,
            "rows": [dict(row) for row in self.rows],
        }


@dataclass(frozen=True)
class ValidationResult:
    """All checks of one run. run_at: UTC. elapsed_s: seconds the run took.

    totals: rows that the run saw, None when it could not count them.
    """

    run_at: datetime
    status: Status
    checks: tuple[CheckResult, ...]
    elapsed_s: float
    totals: Totals | None = None

    def check(self, name: str) -> CheckResult:
        """Return a check by its name. Errors: KeyError."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def bad(self, *, strict: bool = False) -> bool:
        """Whether the run ends with a bad result: FAIL or ERROR, and WARN too when strict."""
        return self.status >= (Status.WARN if strict else Status.FAIL)

    def as_json(self) -> dict[str, object]:
        """Return `{status, checks: {name: {status, message, ...figures, rows}}}`."""
        return {
            "status": self.status.name,
            "checks": {check.name: check.as_json() for check in self.checks},
        }


@dataclass(frozen=True)
class BrokerView:
    """The topic as the broker showed it at a moment (UTC); watermarks by partition.

    held_back: what waits behind transactions that are open.
    """

    identity: TopicIdentity
    watermarks: Mapping[int, Watermark]
    taken_at: datetime
    held_back: tuple[UnreadRecords, ...] = ()

    @classmethod
    def of(cls, broker: Broker, topic: str, taken_at: datetime) -> Self:
        """Ask a broker. `taken_at`: now, read before the call. Errors: BrokerError."""
        marks = dict(broker.watermarks(topic))
        waiting = open_transactions(broker, topic, marks)
        return cls(broker.identity(topic), marks, taken_at, waiting)


def nothing_there(found: ValidationResult, view: BrokerView | None) -> bool:
    """Return whether a run found no record in the topic and no row in the tables, and no fault."""
    read = view is not None and any(mark.high for mark in view.watermarks.values())
    return not read and found.totals == Totals(0, 0, 0) and found.status <= Status.WARN


def shown(value: object) -> object:
    """Return a value as JSON carries it: strings harmless, money exact text, times ISO 8601."""
    if isinstance(value, Mapping):
        return {clean(key, MAX_CELL): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clean(_text(value), MAX_CELL)


def _text(value: object) -> object:
    """Return money and times as text, anything else as it is."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return iso(utc(value))
    return value.isoformat() if isinstance(value, date) else value
