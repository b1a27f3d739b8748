"""`serve`: the pipeline as a service, from the first moment to a clean end.

It holds what a console holds (broker, consumer, merge, checks, alerts, history), without a screen,
and lets consoles of the same user attach.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from core.clock import iso
from core.consumer.unstored import lost_text
from core.errors import BrokerError, DropshipError, WarehouseError
from core.jobs.base import JobContext, Summary
from core.jobs.options import ServeOptions
from core.jobs.unstored import unstored_lines
from core.operations.controller import Controller
from core.operations.metrics import metrics_of
from core.operations.snapshot import ControllerSnapshot
from core.operations.work_totals import WorkTotals
from core.service.notify import notify
from core.service.place import claimed
from core.service.server import ControlServer
from core.text import _
from core.text.amounts import dead_letters
from core.text.number_format import count, span
from core.threads import failures

_TICK_S = 0.25
_ALIVE_S = 5.0
"""How old the latest look at the pipeline may be while the watchdog is told that all is well."""

Options = ServeOptions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServeResult:
    """What a service did. unstored: records that ended with its own broker, None without one."""

    since: datetime
    uptime_s: float
    done: WorkTotals
    unstored: int | None = None
    why: str = ""

    @property
    def bad(self) -> str:
        """That records are lost."""
        if not self.unstored:
            return ""
        text = lost_text(self.unstored)
        return f"{text} ({self.why})" if self.why else text

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "since": self.since,
            "uptime_s": round(self.uptime_s, 3),
            "published": self.done.published,
            "stored": self.done.stored,
            "dead_lettered": self.done.dead_lettered,
            "merged": self.done.merged,
            "unstored": self.unstored,
        }

    def summary(self) -> Summary:
        """Return what it did."""
        line = _(
            "served for {time}: {published} published, {stored} stored, {dead}, {merged} merged"
        )
        told = line.format(
            time=span(self.uptime_s),
            published=count(self.done.published),
            stored=count(self.done.stored),
            dead=dead_letters(self.done.dead_lettered),
            merged=count(self.done.merged),
        )
        return Summary(lines=(told, *unstored_lines(self.unstored or 0)))


def run(context: JobContext, options: Options) -> ServeResult:
    """Serve until a stop is wanted, by a signal or by `stop`; then drain.

    Errors: UsageError when a service runs already; BrokerError, WarehouseError when one of both
    cannot be opened within `--timeout`.
    """
    asked = Event()
    began, since = context.clock.monotonic(), context.clock.now()
    with claimed(context.settings.paths, context.clock) as listener:
        controller = Controller(context.settings, clock=context.clock, restarts=True)
        controller.explorer.log.begin()
        if context.source is not None:
            controller.configuration.source = context.source
        server = ControlServer(controller, listener, asked.set, iso(since))
        try:
            _open(context, controller)
            _begin(context, controller, options)
            server.start()
            _watch(context, controller, asked)
        finally:
            notify(STOPPING=1)
            context.progress.update(_("service"), controller.done.stored, _("storing what is left"))
            controller.close()
            server.close()
            context.progress.finish(_("service"))
    farewell = controller.farewell
    uptime_s = context.clock.monotonic() - began
    if farewell is None:
        return ServeResult(since, uptime_s, controller.done)
    context.note({"unstored": farewell.unstored})
    return ServeResult(since, uptime_s, farewell.done, farewell.unstored, farewell.why)


def _open(context: JobContext, controller: Controller) -> None:
    """Open broker and warehouse. Errors: BrokerError, WarehouseError once the time is over."""
    context.progress.start(_("service"), None, _("records stored"))
    controller.open()
    deadline = context.deadline(context.settings.timeout_s)
    while not controller.ready and not context.wait(_TICK_S):
        notify(EXTEND_TIMEOUT_USEC=30_000_000)
        now = controller.snapshot()
        failed = now.opening.error or now.opening_broker.error
        if failed and deadline.expired:
            raise _unopened(now)


def _unopened(now: ControllerSnapshot) -> DropshipError:
    if now.opening.error:
        return WarehouseError(now.opening.error, hint=now.opening.hint)
    return BrokerError(now.opening_broker.error, hint=now.opening_broker.hint)


def _begin(context: JobContext, controller: Controller, options: Options) -> None:
    """Start what a service does by itself."""
    if not controller.ready:
        return
    controller.validate_every(options.validate_every)
    if options.consume:
        controller.start_consumer()
    else:
        controller.restart_merge()
    context.meters.follow(lambda: metrics_of(controller.snapshot(), context.settings))
    log.info("service begins")
    notify(READY=1, MAINPID=os.getpid())


def _watch(context: JobContext, controller: Controller, asked: Event) -> None:
    """Show how far it is until a stop is wanted."""
    beat_at = context.clock.monotonic()
    while not asked.is_set() and not context.wait(_TICK_S):
        now = controller.snapshot()
        context.progress.update(_("service"), controller.done.stored, now.consumer.waiting_for)
        if context.clock.monotonic() - beat_at >= 1.0:
            beat_at = context.clock.monotonic()
            if is_alive(now):
                notify(WATCHDOG=1)


def is_alive(now: ControllerSnapshot) -> bool:
    """Whether the pipeline was looked at just now: history, alerts and restarts hang on that."""
    if not now.history or any(one.thread == "sampler" for one in failures()):
        return False
    return (now.at - now.history[-1].at).total_seconds() < _ALIVE_S
