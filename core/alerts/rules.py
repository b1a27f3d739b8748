"""From samples of the pipeline to values: windows, rates and the words of each rule."""

from collections import deque
from collections.abc import Iterator, Mapping
from statistics import median

from core.alerts.lag_evaluator import PartitionState, PartitionWindow
from core.alerts.lag_time import PartitionLagTime
from core.alerts.model import Level, PipelineSample, RuleValue
from core.alerts.spoken import in_every_language
from core.alerts.workers import worker_values
from core.config.thresholds import Thresholds
from core.pipeline import builtin
from core.pipeline.definition import RowWords
from core.text import _, ngettext
from core.text.amounts import partitions
from core.text.number_format import count, decimal, percent, span

_USUAL_S = 300.0
_LEAST_USUAL = 30
_RECENT_S = 10.0
_ENOUGH_WORK_S = 5.0


class RuleEvaluator:
    """Remembers what the rules need of the past. Used by one thread, about once a second.

    row: what messages call a row; default: as the orders do.
    """

    def __init__(self, limits: Thresholds, row: RowWords | None = None) -> None:
        self._limits = limits
        self._row = row or builtin().definition.row
        self._windows: dict[int, PartitionWindow] = {}
        self._ages: dict[int, PartitionLagTime] = {}
        self._sums: deque[PipelineSample] = deque()
        self._rates: deque[tuple[float, float]] = deque()
        self._partitions: int | None = None
        self._added: tuple[float, int, int] | None = None

    def take_limits(self, limits: Thresholds) -> None:
        """Judge by other limits from the next moment on. Any thread may call it."""
        self._limits = limits

    def values(self, now: PipelineSample) -> list[RuleValue]:
        """Return the measures of a moment; what is not known has none."""
        self._remember(now)
        return in_every_language(lambda: self._measured(now))

    def _measured(self, now: PipelineSample) -> list[RuleValue]:
        return [
            *self._lag(now),
            *self._consumer(now),
            *self._throughput(now),
            *self._shares(now),
            *self._times(now),
            *self._findings(now),
            *self._topic(now),
            *worker_values(now, self._limits),
        ]

    def states(self, now_s: float) -> Mapping[int, PartitionState]:
        """Return how the consumer does on each partition."""
        return {part: self._state(part, now_s) for part in sorted(self._windows)}

    def _state(self, part: int, now_s: float) -> PartitionState:
        """Return what the window says, unless it is known that nobody reads at present."""
        window, now = self._windows[part], self._sums[-1]
        state = window.state(now_s)
        if "consumer" in now.ended and window.lag and not now.reading:
            return PartitionState.STOP
        unread = now.unread or (not now.reading and window.lag > 0)
        return PartitionState.UNREAD if unread and state is PartitionState.OK else state

    def behind_s(self, now: PipelineSample) -> float | None:
        """Return how long the oldest record that waits has waited, in seconds; None: unknown."""
        return max(
            (
                self._ages[part].seconds(offset, now.now_s)
                for part, offset in now.offsets.items()
                if part in self._ages
            ),
            default=None,
        )

    def _remember(self, now: PipelineSample) -> None:
        limits = self._limits
        for part, end in now.ends.items():
            self._ages.setdefault(part, PartitionLagTime()).add(now.now_s, end)
            if part in now.offsets:
                window = self._windows.setdefault(part, PartitionWindow(limits.alert_window_s))
                window.window_s = limits.alert_window_s
                window.add(now.now_s, now.offsets[part], end, reading=now.reading)
        if self._sums and self._restarted(self._sums[-1], now):
            self._sums.clear()
        self._sums.append(now)
        while self._sums[0].now_s < now.now_s - limits.alert_window_s:
            self._sums.popleft()
        before, self._partitions = self._partitions, now.partitions or self._partitions
        if before is not None and now.partitions is not None and now.partitions > before:
            self._added = (now.now_s, before, now.partitions)
        if now.consumed_rate is not None and now.reading:
            self._rates.append((now.now_s, now.consumed_rate))
        while self._rates and self._rates[0][0] < now.now_s - _USUAL_S:
            self._rates.popleft()

    @staticmethod
    def _restarted(before: PipelineSample, now: PipelineSample) -> bool:
        """Whether a worker counts from zero again."""
        return now.consumed < before.consumed or now.acked < before.acked

    def _lag(self, now: PipelineSample) -> Iterator[RuleValue]:
        limits, lag, behind = self._limits, now.lag, self.behind_s(now)
        if now.offsets and lag is not None:
            yield RuleValue(
                "lag",
                lag,
                limits.alert_lag_warn,
                limits.alert_lag_fail,
                ngettext(
                    "{count} record waiting in the topic",
                    "{count} records waiting in the topic",
                    lag,
                ).format(count=count(lag)),
            )
        if behind is None:
            return
        yield RuleValue(
            "behind",
            behind,
            limits.alert_behind_warn_s,
            limits.alert_behind_fail_s,
            _("the next record has waited for {seconds} s").format(seconds=count(round(behind))),
        )

    def _consumer(self, now: PipelineSample) -> Iterator[RuleValue]:
        if "consumer" in now.ended:
            return  # told by a rule of its own
        found = self.states(now.now_s)
        states = {part: state for part, state in found.items() if state > PartitionState.UNREAD}
        if not states:
            return
        worst = max(states.values())
        where = ", ".join(str(part) for part, state in states.items() if state is worst)
        told = {
            PartitionState.WARN: _("WARN: reads, but its lag never shrinks (partitions {where})"),
            PartitionState.STALL: _("STALL: active but not advancing (partitions {where})"),
            PartitionState.STOP: _("STOP: no consumer for waiting records (partitions {where})"),
            PartitionState.REWIND: _("REWIND: offset moved backwards (partitions {where})"),
        }
        level = Level.WARN if worst is PartitionState.WARN else Level.BAD
        yield RuleValue("consumer", level, 0, 1, told[worst].format(where=where), slack=1.0)

    def _throughput(self, now: PipelineSample) -> Iterator[RuleValue]:
        rates = [rate for at_s, rate in self._rates if at_s < now.now_s - _RECENT_S and rate > 0]
        recent = [rate for at_s, rate in self._rates if at_s >= now.now_s - _RECENT_S]
        if len(rates) < _LEAST_USUAL or not recent or not now.reading:
            return
        usual, present = median(rates), sum(recent) / len(recent)
        if now.lag is None or now.lag < max(usual, present) * _ENOUGH_WORK_S:
            return  # slow for want of work
        yield RuleValue(
            "throughput",
            1 - present / usual,
            self._limits.alert_drop_warn,
            self._limits.alert_drop_fail,
            ngettext(
                "{present} record/s instead of {usual}",
                "{present} records/s instead of {usual}",
                round(present),
            ).format(present=count(round(present)), usual=count(round(usual))),
        )

    def _shares(self, now: PipelineSample) -> Iterator[RuleValue]:
        first, limits = self._sums[0], self._limits
        failed, acked = now.failed - first.failed, now.acked - first.acked
        if failed + acked > 0:
            share = failed / (failed + acked)
            yield RuleValue(
                "undelivered",
                share,
                limits.alert_undelivered_warn,
                limits.alert_undelivered_fail,
                _("{share} of the events were not delivered").format(share=percent(share)),
            )
        dead, consumed = now.dead_lettered - first.dead_lettered, now.consumed - first.consumed
        if consumed > 0:
            share = dead / consumed
            yield RuleValue(
                "dead_letters",
                share,
                limits.alert_dead_letters_warn,
                limits.alert_dead_letters_fail,
                _("{share} of the records are dead letters").format(share=percent(share)),
            )

    def _times(self, now: PipelineSample) -> Iterator[RuleValue]:
        limits = self._limits
        if now.p95_ms is not None:
            yield RuleValue(
                "latency",
                now.p95_ms,
                limits.alert_latency_warn_ms,
                limits.alert_latency_fail_ms,
                _("p95 from topic to warehouse: {seconds} s").format(
                    seconds=decimal(now.p95_ms / 1000, 1)
                ),
            )
        if now.newest_row is not None:
            age = max((now.at - now.newest_row).total_seconds(), 0.0)
            yield RuleValue(
                "freshness",
                age,
                limits.freshness_warn_s,
                limits.freshness_fail_s,
                _("no {row} came in for {time}").format(row=self._row.singular, time=span(age)),
                slack=1.0,
            )

    def _findings(self, now: PipelineSample) -> Iterator[RuleValue]:
        if now.validation is not None:
            names = ", ".join(now.validation_checks)
            yield RuleValue(
                "validation",
                now.validation,
                0,
                1,
                _("failed or warned: {names}").format(names=names),
                slack=1.0,
                at_once=True,
            )
            level = Level.WARN if now.drift else Level.NONE
            yield RuleValue("schema_drift", level, 0, 1, now.drift, slack=1.0, at_once=True)
        message = ngettext(
            "{count} offset expired before being read",
            "{count} offsets expired before being read",
            now.gap_offsets,
        ).format(count=count(now.gap_offsets))
        yield RuleValue("gaps", now.gap_offsets, 0, 0, message, slack=1.0, at_once=True)

    def _topic(self, now: PipelineSample) -> Iterator[RuleValue]:
        """Tell of a topic that was made again for the whole run, of new partitions for a while."""
        level, message = Level.NONE, ""
        if self._added is not None and now.now_s - self._added[0] <= self._limits.alert_window_s:
            _since, before, after = self._added
            level = Level.WARN
            message = _("the topic has {partitions} now, {before} before").format(
                partitions=partitions(after), before=before
            )
        if now.notices:
            level, message = Level.BAD, now.notices[-1]
        yield RuleValue("topic", level, 0, 1, message, slack=1.0, at_once=True)
