"""Looks at everything in turn. Nothing that is broken, or hangs, keeps the rest from being seen.

Each section works in a thread of its own, so that a broker, a disk or a driver that never answers
costs at most the time that is left; what it had found until then counts.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.clock import Clock
from core.config import Settings
from core.config.errors import Problem
from core.config.secrets import Redactor
from core.doctor.broker import BROKER
from core.doctor.folders import FOLDERS, SETTINGS
from core.doctor.model import CheckGroup, DoctorContext, Finding, fail
from core.doctor.program import CLOCK, PROGRAM, TERMINAL
from core.doctor.registry import REGISTRY
from core.doctor.warehouse import OFFSETS, WAREHOUSE
from core.logs import FILE_ONLY
from core.progress import Cancelled, NoProgress, Progress, never_cancelled
from core.text import _, clean
from core.threads import WatchedThread

CHECK_GROUPS: tuple[CheckGroup, ...] = (
    PROGRAM,
    TERMINAL,
    CLOCK,
    SETTINGS,
    FOLDERS,
    BROKER,
    REGISTRY,
    WAREHOUSE,
    OFFSETS,
)

CHECK_NAMES = tuple(name for group in CHECK_GROUPS for name in group.names)
"""Names of all checks, in the order they are made and shown."""

_BROKER_S = 5.0
_BROKER_SHARE = 0.4
_TICK_S = 0.02

_log = logging.getLogger(__name__)


def examine(
    settings: Settings,
    *,
    clock: Clock,
    problems: Sequence[Problem] = (),
    progress: Progress | None = None,
    cancelled: Cancelled = never_cancelled,
    found: Callable[[Sequence[Finding]], None] = lambda _so_far: None,
    groups: Sequence[CheckGroup] = CHECK_GROUPS,
) -> list[Finding]:
    """Return a finding for each check, within `settings.timeout_s` seconds. Raises nothing.

    problems: what is wrong with the settings. found: told all findings so far after each section.
    Cut short, it returns those.
    """
    shown = progress or NoProgress()
    mask = Redactor(settings.secrets)
    ends = clock.monotonic() + settings.timeout_s
    patience = min(_BROKER_S, settings.timeout_s * _BROKER_SHARE)
    doctor = DoctorContext(settings, clock, patience, problems=problems)
    findings: list[Finding] = []
    task = _("doctor")
    shown.start(task, sum(len(group.names) for group in groups), _("checks"))
    for group in groups:
        if cancelled():
            break
        shown.update(task, len(findings), ", ".join(group.names))
        left = max(ends - clock.monotonic(), 0.0)
        findings += [_safe(one, mask) for one in _within(group, doctor, left, clock, cancelled)]
        found(findings)
    shown.update(task, len(findings))
    shown.finish(task)
    return findings


def _within(
    group: CheckGroup, doctor: DoctorContext, seconds: float, clock: Clock, cancelled: Cancelled
) -> list[Finding]:
    """Return what a section finds; what it does not find in time is a failure."""
    findings: list[Finding] = []

    def work() -> None:
        try:
            # One by one: what comes before a hang counts.
            for finding in group.look(doctor):
                findings.append(finding)  # noqa: PERF402
        except Exception as error:  # noqa: BLE001 - the doctor works when everything is broken
            _log.error("check failed", exc_info=error, extra=FILE_ONLY)
            unseen = group.names[len(findings) :]
            findings.extend(_broken(name, error) for name in unseen)

    thread = WatchedThread(f"doctor-{group.names[0]}", work)
    thread.start()
    ends = clock.monotonic() + seconds
    while thread.is_alive() and clock.monotonic() < ends and not cancelled():
        thread.join(_TICK_S)
    seen = list(findings)
    if thread.is_alive() and not cancelled():
        seen += [_late(name, doctor.settings.timeout_s) for name in group.names[len(seen) :]]
    return seen


def _broken(name: str, error: Exception) -> Finding:
    return fail(
        name,
        _("the check itself failed: {kind}: {reason}").format(
            kind=type(error).__name__, reason=clean(error, 200)
        ),
        _("the log has the details; `make install` fixes a broken environment"),
    )


def _late(name: str, seconds: float) -> Finding:
    return fail(
        name,
        _("no answer within {seconds:g} seconds").format(seconds=seconds),
        _("it hangs: look at the disk or the network behind it; --timeout waits longer"),
    )


def _safe(finding: Finding, mask: Redactor) -> Finding:
    return replace(finding, detail=mask(clean(finding.detail)), advice=mask(clean(finding.advice)))
