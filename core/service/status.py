"""`status`: what the service of a data directory does, and whether it is sound."""

from dataclasses import dataclass

from core.alerts.model import Alert, Level, level_name, rule_name
from core.clock import iso
from core.jobs.base import JobContext, Summary, Table
from core.jobs.options import NoOptions
from core.operations.snapshot import ControllerSnapshot
from core.service.client import Connection
from core.service.look import look
from core.service.wire import Service
from core.text import _, clean, ngettext
from core.text.amounts import raw_events, records
from core.text.number_format import count, decimal
from core.workers import RunState, state_name

Options = NoOptions


@dataclass(frozen=True)
class StatusResult:
    """One moment of a service."""

    service: Service
    now: ControllerSnapshot

    @property
    def _active(self) -> list[Alert]:
        return [alert for alert in self.now.alerts if alert.active]

    @property
    def bad(self) -> str:
        """The severe alerts that are up."""
        severe = [alert for alert in self._active if alert.level is Level.BAD]
        return _("; ").join(
            _("{name}: {text}").format(name=rule_name(alert.rule), text=alert.message)
            for alert in severe
        )

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        now = self.now
        merge, found = now.merge, now.validation.result
        backlog = merge.backlog
        return {
            "pid": self.service.pid,
            "since": clean(self.service.since),
            "version": clean(self.service.version),
            "ready": now.ready,
            "producer": {
                "state": now.producer.state,
                "rate": _rounded(now.produced),
                "acked": now.producer.acked,
                "failed": now.producer.failed,
                "error": now.producer.error or None,
            },
            "consumer": {
                "state": now.consumer.state,
                "rate": _rounded(now.consumed),
                "stored": now.consumer.inserted,
                "dead_lettered": now.consumer.dead_lettered,
                "error": now.consumer.error or now.consumer.waiting_for or None,
            },
            "merge": {
                "state": merge.state,
                "last_merge": merge.last_merge,
                "backlog": None if backlog is None else backlog.events,
                "age_s": None if backlog is None else round(backlog.age_s(now.at), 3),
                "error": merge.error or merge.waiting_for or None,
            },
            "lag": now.total_lag,
            "unstored": now.unstored,
            "restarts": [
                {"worker": one.worker, "times": one.times, "at": one.at, "reason": one.reason}
                for one in now.restarts
            ],
            "alerts": [
                {
                    "rule": alert.rule,
                    "level": alert.level.name,
                    "message": alert.message,
                    "raised_at": alert.raised_at,
                }
                for alert in self._active
            ],
            "validation": None
            if found is None
            else {"status": found.status.name, "run_at": found.run_at},
        }

    def summary(self) -> Summary:
        """Return what a person wants to know first."""
        now = self.now
        backlog, found = now.merge.backlog, now.validation.result
        lines = [
            _("service: process {pid}, since {since}").format(
                pid=self.service.pid, since=clean(self.service.since)
            ),
            _worker(_("producer"), now.producer.state, now.produced),
            _worker(_("consumer"), now.consumer.state, now.consumed),
            _("merge: {state}, {backlog} waiting").format(
                state=state_name(now.merge.state),
                backlog="?" if backlog is None else raw_events(backlog.events),
            ),
            _("lag: {lag}").format(lag="?" if now.total_lag is None else records(now.total_lag)),
            _("last validation: {verdict}").format(
                verdict=_("none") if found is None else f"{found.status.name} ({iso(found.run_at)})"
            ),
        ]
        rows = [
            (level_name(alert.level), rule_name(alert.rule), alert.message, alert.raised_at)
            for alert in self._active
        ]
        if not rows:
            return Summary(lines=(*lines, _("no alert is up")))
        heads = (_("level"), _("rule"), _("message"), _("since"))
        title = ngettext("{count} alert", "{count} alerts", len(rows)).format(
            count=count(len(rows))
        )
        return Summary(lines=tuple(lines), tables=(Table(heads, rows, title),))


def run(context: JobContext, _options: Options) -> StatusResult:
    """Look once. Errors: NoServiceError when nothing runs, or it does not answer."""
    with Connection(context.settings.paths, read_only=True, within_s=_patience(context)) as opened:
        return StatusResult(opened.service, look(opened, context.settings))


def _patience(context: JobContext) -> float:
    return max(context.settings.timeout_s, 1.0)


def _worker(name: str, state: RunState, rate: float | None) -> str:
    told = "?" if rate is None else decimal(rate, 1)
    return _("{name}: {state}, {rate}/s").format(name=name, state=state_name(state), rate=told)


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 3)
