"""The report for people: one file without scripts or outside links, light and dark, printable.

Every value is escaped by the template engine; outside strings were made harmless before.
"""

import json
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from core.clock import iso
from core.text import _
from core.text.number_format import decimal
from core.validation.model import CheckResult, Status, ValidationResult

_NONE = "-"


@dataclass(frozen=True)
class _Section:
    """One check as the template shows it: figures as text, rows as a table."""

    name: str
    status: str
    message: str
    seconds: str
    figures: list[tuple[str, str]]
    columns: list[str]
    rows: list[list[str]]


def html_report(result: ValidationResult) -> str:
    """Return the run as one HTML page."""
    template = files("core.validation.reports").joinpath("report.html.j2")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(template.read_text(encoding="utf-8"))
    counts = [(status.name, _count(result, status)) for status in Status]
    return page.render(
        status=result.status.name,
        run_at=iso(result.run_at),
        seconds=decimal(result.elapsed_s, 2),
        counts=counts,
        sections=[_section(check) for check in result.checks],
        labels=_labels(),
    )


def _labels() -> dict[str, str]:
    return {
        # The language of the page, as an HTML lang attribute.
        "language": _("en"),
        "title": _("Validation report"),
        "run_at": _("Run at"),
        "took": _("Took"),
        "overview": _("Overview"),
        "check": _("Check"),
        "status": _("Status"),
        "message": _("Message"),
        "figures": _("Metrics"),
        "rows": _("Sample rows (at most ten)"),
    }


def _count(result: ValidationResult, status: Status) -> int:
    return sum(check.status is status for check in result.checks)


def _section(check: CheckResult) -> _Section:
    columns = list(dict.fromkeys(key for row in check.rows for key in row))
    return _Section(
        name=check.name,
        status=check.status.name,
        message=check.with_hint,
        seconds=decimal(check.elapsed_s, 3),
        figures=[(name, _cell(value)) for name, value in check.figures.items()],
        columns=columns,
        rows=[[_cell(row.get(column)) for column in columns] for row in check.rows],
    )


def _cell(value: object) -> str:
    """Return a value as a person reads it: strings bare, an absent one as a dash."""
    if value is None:
        return _NONE
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(item)}" for key, item in value.items()) or _NONE
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value) or _NONE
    return json.dumps(value)
