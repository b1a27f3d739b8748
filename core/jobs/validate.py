"""`validate`: all checks on the warehouse, with a report."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.broker.base import Broker
from core.errors import BrokerError
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext, Summary, Table
from core.text import _
from core.validation.history import record_run
from core.validation.model import BrokerView, ValidationResult
from core.validation.reports.files import write_reports
from core.validation.run import validate
from core.warehouse.base import Warehouse

log = logging.getLogger(__name__)

_BROKER_WAIT_S = 5.0


@dataclass(frozen=True)
class Options:
    """format: report formats (json, html, junit). strict: WARN is bad too."""

    format: Sequence[str] = ("json",)
    strict: bool = False


@dataclass(frozen=True)
class ValidateResult:
    """What the checks found, and where the reports are (in the order of the formats)."""

    found: ValidationResult
    reports: Sequence[Path]
    strict: bool

    @property
    def bad(self) -> str:
        """The checks that failed, one line."""
        if not self.found.bad(strict=self.strict):
            return ""
        worst = [check.name for check in self.found.checks if check.status == self.found.status]
        return _("validation {status}: {checks}").format(
            status=self.found.status.name, checks=", ".join(worst)
        )

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        report = self.reports[0] if self.reports else None
        return {**self.found.as_json(), "report": report, "reports": list(self.reports)}

    def summary(self) -> Summary:
        """Return the status, a table of the checks and the reports."""
        rows = [(check.status.name, check.name, check.told) for check in self.found.checks]
        lines = [_("validation {status}").format(status=self.found.status.name)]
        lines += [_("report {file}").format(file=file) for file in self.reports]
        return Summary(
            lines=tuple(lines), tables=[Table((_("status"), _("check"), _("message")), rows)]
        )


def run(context: JobContext, options: Options) -> ValidateResult:
    """Check the warehouse, against the topic too when a broker answers."""
    with open_warehouse(context) as warehouse:
        return check(context, warehouse, _view(context), options)


def check(
    context: JobContext, warehouse: Warehouse, view: BrokerView | None, options: Options
) -> ValidateResult:
    """Check an open warehouse and write the reports."""
    found = validate(
        warehouse,
        context.settings.thresholds,
        now=context.clock.now(),
        broker_view=view,
        progress=context.progress,
    )
    context.note({**found.as_json(), "report": None})
    reports = write_reports(
        found, context.settings.paths.reports, options.format, strict=options.strict
    )
    record_run(warehouse, found, reports[0] if reports else None)
    return ValidateResult(found, reports, options.strict)


def view_of(context: JobContext, broker: Broker) -> BrokerView | None:
    """Return the topic as a broker shows it; None, with a warning, when it does not answer."""
    try:
        return BrokerView.of(broker, context.settings.kafka.topic, context.clock.now())
    except BrokerError as error:
        log.warning("%s", error.message)
        return None


def _view(context: JobContext) -> BrokerView | None:
    """Look for a broker; the checks do without one."""
    wait = 0.0 if context.settings.kafka.bootstrap_servers is None else _BROKER_WAIT_S
    brief = replace(context, settings=replace(context.settings, timeout_s=wait))
    try:
        with open_broker(brief, start_embedded=False) as broker:
            return view_of(context, broker)
    except BrokerError as error:
        log.info("validation without a broker: %s", error.message)
        return None
