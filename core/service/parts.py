"""A snapshot of the controller in parts, so that only what changed has to travel.

Each part is a field of `ControllerSnapshot`, or of what its panes look at, and keeps its type. The
values of KPIs are as different as a warehouse's columns, so they travel as text that tells their
types, and their definitions stay at home: both ends have the same pipeline.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from core.kpis.model import KpiRows, Kpis
from core.operations.explorer import Explored
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures
from core.pipeline.definition import Definition
from core.service import wire
from core.validation.model import Totals
from core.warehouse.shared import values
from core.warehouse.snowflake.task import TaskStatus

_EXPLORED = "explored"
_MOMENT = "at"


@dataclass(frozen=True)
class _SentFigures:
    """`Figures` on their way. kpis: name and rows, as text."""

    kpis: tuple[tuple[str, str], ...]
    newest_row: datetime | None
    totals: Totals | None
    tasks: tuple[TaskStatus, ...]


_HINTS: dict[str, Any] = {
    **{
        name: kind for name, kind in get_type_hints(ControllerSnapshot).items() if name != _EXPLORED
    },
    **{f"{_EXPLORED}.{name}": kind for name, kind in get_type_hints(Explored).items()},
    "figures": Reading[_SentFigures],
}

Parts = Mapping[str, msgspec.Raw]


class Changes:
    """Tells which parts of a moment differ from those told before; one for each who looks.

    language: of who looks; alerts have their words in all.
    """

    def __init__(self, language: str = "") -> None:
        self._language = language
        self._values: dict[str, object] = {}
        self._sent: dict[str, bytes] = {}

    def of(self, now: ControllerSnapshot) -> dict[str, msgspec.Raw]:
        """Return the parts that changed; none where only time went on."""
        changed: dict[str, msgspec.Raw] = {}
        for name, value in _parts(now):
            if name in self._values and self._values[name] is value:
                continue
            self._values[name] = value
            data = wire.encode(self._sent_as(name, value))
            if self._sent.get(name) != data:
                self._sent[name] = data
                changed[name] = msgspec.Raw(data)
        return {} if changed.keys() <= {_MOMENT} else changed

    def _sent_as(self, name: str, value: Any) -> object:
        if name == "alerts":
            return [alert.said_in(self._language) for alert in value]
        return _sent(name, value)


class Assembled:
    """Puts the parts together again."""

    def __init__(self, definition: Definition) -> None:
        self._kpis = {kpi.name: kpi for kpi in definition.kpis}
        self._known: dict[str, Any] = {}

    def take(self, parts: Parts) -> ControllerSnapshot:
        """Take what changed; return the whole.

        Errors: msgspec.MsgspecError, KeyError, TypeError.
        """
        for name, data in parts.items():
            value = wire.decode(data, _HINTS[name])
            self._known[name] = self._figures(value) if name == "figures" else value
        own = {name: value for name, value in self._known.items() if "." not in name}
        explored = {
            field.name: self._known[f"{_EXPLORED}.{field.name}"] for field in fields(Explored)
        }
        return ControllerSnapshot(**own, explored=Explored(**explored))

    def _figures(self, told: Reading[_SentFigures]) -> Reading[Figures]:
        value = told.value
        found = None
        if value is not None:
            parts = tuple(
                KpiRows(self._kpis[name], tuple(_row(row) for row in values.from_text(rows)))
                for name, rows in value.kpis
            )
            found = Figures(Kpis(parts), value.newest_row, value.totals, value.tasks)
        return Reading(found, told.at, told.took_s, told.error, told.failing_since, told.busy)


def _row(row: Any) -> tuple[Any, ...]:
    return tuple(row)


def _parts(now: ControllerSnapshot) -> Iterator[tuple[str, object]]:
    for field in fields(ControllerSnapshot):
        if field.name != _EXPLORED:
            yield field.name, getattr(now, field.name)
    for field in fields(Explored):
        yield f"{_EXPLORED}.{field.name}", getattr(now.explored, field.name)


def _sent(name: str, value: Any) -> object:
    if name != "figures":
        return value
    figures: Figures | None = value.value
    if figures is None:
        return value
    kpis = tuple(
        (part.kpi.name, values.to_text([list(row) for row in part.rows]))
        for part in figures.kpis.parts
    )
    told = _SentFigures(kpis, figures.newest_row, figures.totals, figures.tasks)
    return replace(value, value=told)
