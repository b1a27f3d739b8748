"""The checks of a pipeline's own, as its definition writes them: SQL, figures and their limits.

A figure above zero that has a severity or a limit is something to tell. Nothing found in a table
without rows is a WARN: an empty table proves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import inf

from core.clock import bound
from core.errors import ConfigError
from core.pipeline.base import told
from core.pipeline.checks import TOMORROW, Check, Figure
from core.remedies import LOAD
from core.text import _, clean
from core.text.number_format import count, decimal, percent
from core.validation.context import CheckContext, grade, nothing_to_check
from core.validation.model import CheckResult, Status

_CLOCK_TOLERANCE = timedelta(days=1)
"""How far in the future a time may lie: clocks differ, and so did time zones at the source."""
_BY_SEVERITY = {"none": Status.PASS, "warn": Status.WARN, "fail": Status.FAIL}
_SHARE_DIGITS = 6

Number = int | float | Decimal


@dataclass(frozen=True)
class _Issue:
    """A figure above zero that is something to tell. share: of another figure; None: of none."""

    figure: Figure
    value: Number
    share: float | None
    status: Status

    @property
    def message(self) -> str:
        """Its label and number, and the share where it is one."""
        label = clean(told(self.figure.label, self.figure.name))
        if self.share is None:
            return _("{label}: {count}").format(label=label, count=_shown(self.value))
        return _("{label}: {count} ({share})").format(
            label=label, count=_shown(self.value), share=percent(self.share)
        )


def check(context: CheckContext, own: Check) -> CheckResult:
    """Run one check of a definition. Errors: WarehouseError; ConfigError: SQL that does not fit."""
    parameters = list(_parameters(context, own))
    values = _values(context, own, parameters)
    issues = list(_issues(context, own, values))
    figures = _figures(own, values, issues)
    if not issues:
        empty = [figure for figure in _counted(own) if not values[figure.name]]
        if empty:
            return nothing_to_check(own.name, _emptiness(context, own, empty), figures)
        passed = clean(told(own.passed, _("nothing was found")))
        return CheckResult.of(own.name, Status.PASS, passed, figures)
    return CheckResult.of(
        own.name,
        max(issue.status for issue in issues),
        _message(own, issues),
        figures,
        _rows(context, own, parameters),
        remedies=(LOAD,) if _unloaded(context, own, values) else (),
    )


def _parameters(context: CheckContext, own: Check) -> Iterator[object]:
    """Yield what is bound: whole numbers as such, other limits as exact text, the time of now."""
    limits = context.thresholds.own(context.definition.thresholds)
    for name in own.parameters:
        if name == TOMORROW:
            yield bound(context.now + _CLOCK_TOLERANCE)
        else:
            limit = limits[name]
            yield limit if isinstance(limit, int) else str(Decimal(str(limit)))


def _values(context: CheckContext, own: Check, parameters: Sequence[object]) -> dict[str, Number]:
    """Return the figures by name."""
    rows = context.warehouse.rows(_there(context, own.query), parameters)
    names = [figure.name for figure in own.figures]
    if len(rows) != 1 or len(rows[0]) != len(names):
        raise _unfit(own.query, _("one row with {list}").format(list=", ".join(names)))
    return {name: _number(own, value) for name, value in zip(names, rows[0], strict=True)}


def _number(own: Check, value: object) -> Number:
    """Return a figure: a sum of no rows is 0."""
    if value is None:
        return 0
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if not isinstance(value, (int, float, Decimal)):
        raise _unfit(own.query, _("numbers alone"))
    return value


def _issues(context: CheckContext, own: Check, values: Mapping[str, Number]) -> Iterator[_Issue]:
    limits = context.thresholds.own(context.definition.thresholds)

    def limit(given: float | str | None) -> float:
        if given is None:
            return inf
        return limits[given] if isinstance(given, str) else given

    for figure in own.figures:
        value = values[figure.name]
        if not figure.graded or not value > 0:
            continue
        share = None if figure.of is None else _share(value, values[figure.of])
        graded = float(value) if share is None else share
        by_limit = grade(graded, limit(figure.warn), limit(figure.fail))
        yield _Issue(figure, value, share, max(_BY_SEVERITY[figure.severity], by_limit))


def _share(part: Number, whole: Number) -> float:
    """Return part / whole; of nothing it is all that there is."""
    return float(part) / float(whole) if whole else float(part > 0)


def _figures(
    own: Check, values: Mapping[str, Number], issues: Sequence[_Issue]
) -> dict[str, object]:
    """Return all numbers, shares after what they are shares of, and what is to be told."""
    figures: dict[str, object] = {}
    for figure in own.figures:
        figures[figure.name] = values[figure.name]
        if figure.share is not None and figure.of is not None:
            share = _share(values[figure.name], values[figure.of])
            figures[figure.share] = round(share, _SHARE_DIGITS)
    messages = [issue.message for issue in issues]
    return {**figures, "issues": messages, "total_issues": len(messages)}


def _counted(own: Check) -> list[Figure]:
    """Return the figures that count rows to look at."""
    return [
        figure
        for number, figure in enumerate(own.figures)
        if number == 0 or figure.table is not None
    ]


def _emptiness(context: CheckContext, own: Check, empty: Sequence[Figure]) -> str:
    tables = (figure.table or context.definition.tables.rows for figure in empty)
    without = _("no rows in {list}").format(list=", ".join(dict.fromkeys(tables)))
    return clean(told(own.empty, without))


def _message(own: Check, issues: Sequence[_Issue]) -> str:
    if not own.failed:
        return _("; ").join(issue.message for issue in issues)
    found = ", ".join(f"{issue.figure.name} {issue.value}" for issue in issues)
    return clean(told(own.failed)).replace("{list}", found)


def _rows(
    context: CheckContext, own: Check, parameters: Sequence[object]
) -> list[dict[str, object]]:
    """Return the offending rows under the names that the definition gives their columns."""
    if own.rows is None:
        return []
    rows = context.warehouse.rows(_there(context, own.rows), parameters)
    if rows and len(rows[0]) != len(own.row_keys):
        raise _unfit(own.rows, _("rows with {list}").format(list=", ".join(own.row_keys)))
    return [dict(zip(own.row_keys, row, strict=True)) for row in rows]


def _unloaded(context: CheckContext, own: Check, values: Mapping[str, Number]) -> bool:
    """Return whether a reference table that the check looks at is empty."""
    references = context.definition.references
    return any(figure.table in references and not values[figure.name] for figure in own.figures)


def _there(context: CheckContext, query: str) -> str:
    """Return the name of SQL that the pipeline has for this warehouse."""
    engine = context.warehouse.engine.name
    if not context.pipeline.has(engine, query):
        raise ConfigError(
            _("there is no SQL {name}.sql for {engine}").format(name=query, engine=engine),
            hint=_("put it into the folder's {engine} or shared").format(engine=engine),
        )
    return query


def _unfit(query: str, wanted: str) -> ConfigError:
    return ConfigError(
        _("{name}.sql must return {wanted}, as pipeline.toml says").format(
            name=query, wanted=wanted
        ),
        hint=_("make the query and the check in pipeline.toml agree"),
    )


def _shown(value: Number) -> str:
    return count(value) if isinstance(value, int) else decimal(value, 2)
