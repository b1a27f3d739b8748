"""Values of our own workers: one that failed, a merge that falls behind, a thread that died."""

from collections.abc import Iterator

from core.alerts.model import Level, PipelineSample, Restart, RuleValue
from core.config.thresholds import Thresholds
from core.text import _, ngettext
from core.text.number_format import count

_PAUSE_S = 60.0
"""A task starts at most once a minute unless it is set otherwise: that is no delay."""


def worker_values(now: PipelineSample, limits: Thresholds) -> Iterator[RuleValue]:
    """Yield what there is to say of producer, consumer, merge and threads."""
    for rule in ("producer", "consumer"):
        if rule in now.ended:
            yield _severe(rule, _("failed: {reason}").format(reason=now.ended[rule]))
    yield from _merge(now, limits)
    yield from _tasks(now, limits)
    yield from thread_values(now)
    if now.restarts:
        told = _("; ").join(_restarted(one) for one in now.restarts)
        yield RuleValue("restarts", Level.WARN, 0, Level.WARN, told, slack=1.0, at_once=True)


def thread_values(now: PipelineSample) -> Iterator[RuleValue]:
    """Yield one measure for all threads that an exception ended, or none."""
    if now.failed_threads:
        told = _("thread {name} failed: {error}")
        parts = [told.format(name=one.thread, error=one.error) for one in now.failed_threads]
        yield _severe("threads", _("; ").join(parts))


def _merge(now: PipelineSample, limits: Thresholds) -> Iterator[RuleValue]:
    """Yield the merge's failure, else how long the oldest raw event waits, else why it waits."""
    if "merge" in now.ended:
        reason = now.ended["merge"]
        yield _severe("merge", _("failed: {reason}").format(reason=reason))
        return
    delay = now.merge_delay_s
    if delay is not None and (delay > limits.alert_merge_warn_s or not now.merge_waits_for):
        text = _("oldest merged event was {seconds} s old")
        if now.merge_backlog is not None:
            text = ngettext(
                "{count} raw event waiting for the merge, the first for {seconds} s",
                "{count} raw events waiting for the merge, the first for {seconds} s",
                now.merge_backlog or 0,
            )
        told = text.format(count=count(now.merge_backlog or 0), seconds=count(round(delay)))
        yield RuleValue("merge", delay, limits.alert_merge_warn_s, limits.alert_merge_fail_s, told)
    elif now.merge_waits_for:
        told = _("the merge waits: {reason}").format(reason=now.merge_waits_for)
        yield RuleValue("merge", Level.WARN, 0, Level.WARN, told, slack=1.0)


def _tasks(now: PipelineSample, limits: Thresholds) -> Iterator[RuleValue]:
    """Yield what there is to say of tasks inside Snowflake: one that gave up, else its delay."""
    for rule, task in now.tasks.items():
        if task.gave_up:
            yield _severe(rule, task.gave_up)
        elif task.delay_s is not None:
            told = ngettext(
                "{count} record waiting for the task, the first for {seconds} s",
                "{count} records waiting for the task, the first for {seconds} s",
                task.waiting or 0,
            ).format(count=count(task.waiting or 0), seconds=count(round(task.delay_s)))
            late = max(task.delay_s - _PAUSE_S, 0.0)
            yield RuleValue(rule, late, limits.alert_merge_warn_s, limits.alert_merge_fail_s, told)


def _restarted(one: Restart) -> str:
    return ngettext(
        "{worker} failed and was started again {count} time, last at {time} UTC: {reason}",
        "{worker} failed and was started again {count} times, last at {time} UTC: {reason}",
        one.times,
    ).format(
        worker=_(one.worker), count=count(one.times), time=f"{one.at:%H:%M:%S}", reason=one.reason
    )


def _severe(rule: str, message: str) -> RuleValue:
    return RuleValue(rule, Level.BAD, 0, 1, message, slack=1.0, at_once=True)
