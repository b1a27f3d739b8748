"""`validate`: all checks on the warehouse, with a report."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.broker.base import Broker
from core.errors import BrokerError
from core.jobs.backends import open_broker, open_warehouse, told_tasks
from core.jobs.base import JobContext, Summary, Table
from core.jobs.options import ValidateOptions
from core.jobs.repair import repair, repair_lines
from core.text import _
from core.validation.content_ledger import ContentLedger
from core.validation.history import record_run
from core.validation.model import BrokerView, ValidationResult, nothing_there
from core.validation.repaired import Repair
from core.validation.reports.files import write_reports
from core.validation.run import validate
from core.warehouse.base import Warehouse

log = logging.getLogger(__name__)

_BROKER_WAIT_S = 5.0


Options = ValidateOptions


@dataclass(frozen=True)
class ValidateResult:
    """What the checks found, and where the reports are (in the order of the formats).

    repair: what became of damaged records; None where that was not asked for. notices: what stands
    still inside the warehouse.
    """

    found: ValidationResult
    reports: Sequence[Path]
    strict: bool
    repair: Repair | None = None
    notices: tuple[str, ...] = ()

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
        fields = {**self.found.as_json(), "report": report, "reports": list(self.reports)}
        fields["notices"] = list(self.notices)
        if self.repair is not None:
            fields["repaired"] = list(self.repair.repaired)
            fields["not_repaired"] = [
                {"event_id": event_id, "reason": reason} for event_id, reason in self.repair.left
            ]
        return fields

    def summary(self) -> Summary:
        """Return the status, a table of the checks and the reports."""
        rows = [(check.status.name, check.name, check.with_hint) for check in self.found.checks]
        lines = [] if self.repair is None else list(repair_lines(self.repair))
        lines += self.notices
        lines.append(_("validation {status}").format(status=self.found.status.name))
        lines += [_("report {file}").format(file=file) for file in self.reports]
        return Summary(
            lines=tuple(lines), tables=[Table((_("status"), _("check"), _("message")), rows)]
        )


def run(context: JobContext, options: Options) -> ValidateResult:
    """Check the warehouse, against the topic too when a broker answers."""
    with open_warehouse(context) as warehouse:
        repaired = None
        if options.repair:
            repaired = repair(
                context, warehouse, lambda: open_broker(context, start_embedded=False)
            )
        notices = told_tasks(context, warehouse)
        found = check(context, warehouse, _view(context), options)
        return replace(found, repair=repaired, notices=notices)


def check(
    context: JobContext,
    warehouse: Warehouse,
    view: BrokerView | None,
    options: Options,
    ledger: ContentLedger | None = None,
    *,
    tell_of_nothing: bool = True,
) -> ValidateResult:
    """Check an open warehouse and write the reports. ledger: what earlier runs looked at.

    tell_of_nothing: report and record a run too that found topic and tables empty.
    """
    found = validate(
        warehouse,
        context.settings.thresholds,
        now=context.clock.now(),
        broker_view=view,
        progress=context.progress,
        content=ledger,
        stop=context.stop,
        pipeline=context.settings.pipeline,
    )
    if not tell_of_nothing and nothing_there(found, view):
        return ValidateResult(found, (), options.strict)
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
