"""`consume`: from the topic to the raw table and the dead letters, exactly once."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.alerts.headless import HeadlessAlerts
from core.broker.base import Broker
from core.consumer.options import ConsumeOptions
from core.consumer.snapshot import ConsumerSnapshot
from core.consumer.unread import UnreadRecords, told
from core.jobs.backends import open_broker, open_warehouse, told_tasks
from core.jobs.base import JobContext, Summary, Table, too_many_bad
from core.jobs.options import ReadOptions
from core.text import _, ngettext
from core.text.amounts import dead_letters, records
from core.text.number_format import count, decimal
from core.warehouse.base import Warehouse
from core.workers import RunState

if TYPE_CHECKING:
    from core.consumer.worker import ConsumerWorker

_TICK_S = 0.1
_STOP_S = 30.0


Options = ReadOptions


@dataclass(frozen=True)
class ConsumeResult:
    """The consumer's last moment, and the records of the topic that were not stored then.

    left: those that it could not reach though it was to read to the end, and why. notices: what
    stood still in the warehouse when it began.
    """

    last: ConsumerSnapshot
    lag: int
    bad: str
    left: tuple[UnreadRecords, ...] = ()
    notices: tuple[str, ...] = ()

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        told = fields(replace(self.last, notices=self._notices), self.lag)
        return {**told, "left": [one.fields() for one in self.left]}

    @property
    def _notices(self) -> tuple[str, ...]:
        return (*self.notices, *self.last.notices)

    def summary(self) -> Summary:
        """Return the counts, and dead letters by reason."""
        last = self.last
        latency = last.latency_total
        lines = [
            _(
                "{consumed}: {inserted} stored, {dead}, {again} already stored, "
                "{lag} left in the topic"
            ).format(
                consumed=records(last.consumed),
                inserted=count(last.inserted),
                dead=dead_letters(last.dead_lettered),
                again=count(last.already_stored),
                lag=count(self.lag),
            )
        ]
        if latency.p50 is not None:
            edges = (latency.p50, latency.p95, latency.p99)
            p50, p95, p99 = (decimal(edge or 0.0, 1) for edge in edges)
            lines.append(
                _("latency p50 {p50} ms, p95 {p95} ms, p99 {p99} ms").format(
                    p50=p50, p95=p95, p99=p99
                )
            )
        age = last.event_age
        if age.p50 is not None and age.p95 is not None:
            lines.append(
                _("event age p50 {p50} s, p95 {p95} s, by the events' own timestamps").format(
                    p50=decimal(age.p50 / 1000, 1), p95=decimal(age.p95 / 1000, 1)
                )
            )
        lines.extend(self._notices)
        lines.extend(
            ngettext(
                "LOST: {topic}/{partition} offset {first} expired before being read ({reason})",
                "LOST: {topic}/{partition} offsets {first} to {last} expired before being read "
                "({reason})",
                gap.to_offset - gap.from_offset,
            ).format(
                topic=last.topic,
                partition=gap.partition,
                first=gap.from_offset,
                last=gap.to_offset - 1,
                reason=gap.reason,
            )
            for gap in last.gaps
        )
        reasons = sorted(last.dead_reasons.items(), key=lambda entry: (-entry[1], entry[0]))
        tables = [Table((_("dead letters"), _("count")), reasons)] if reasons else []
        return Summary(lines=tuple(lines), tables=tables)


def fields(last: ConsumerSnapshot, lag: int | None) -> dict[str, object]:
    """Return a snapshot as the keys of the JSON result."""
    latency = last.latency_total
    return {
        "consumed": last.consumed,
        "inserted": last.inserted,
        "dead_lettered": last.dead_lettered,
        "already_stored": last.already_stored,
        "gaps": last.gap_offsets,
        "gap_ranges": [
            {
                "topic": last.topic,
                "partition": gap.partition,
                "from_offset": gap.from_offset,
                "to_offset": gap.to_offset,
                "reason": gap.reason,
            }
            for gap in last.gaps
        ],
        "notices": list(last.notices),
        "lag": lag,
        "offsets": {f"{last.topic}-{part}": offset for part, offset in last.offsets.items()},
        "latency_ms": {"p50": latency.p50, "p95": latency.p95, "p99": latency.p99},
        "event_age_ms": {
            "p50": last.event_age.p50,
            "p95": last.event_age.p95,
            "p99": last.event_age.p99,
        },
        "dead_letter_reasons": dict(last.dead_reasons),
    }


def run(context: JobContext, options: Options) -> ConsumeResult:
    """Consume until the options, or a stop, end it."""
    with open_warehouse(context) as warehouse, open_broker(context, start_embedded=False) as broker:
        consumer = make_consumer(context, broker, warehouse, options)
        notices = told_tasks(context, warehouse)
        consumer.start()
        return follow(context, consumer, notices=notices)


def make_consumer(
    context: JobContext,
    broker: Broker,
    warehouse: Warehouse,
    options: Options,
    *,
    patient: bool = False,
) -> "ConsumerWorker":
    """Return a consumer as the settings and options say, not started.

    patient: wait without end for a broker or warehouse that went away.
    """
    from core.consumer.decoders.factory import decoder_of  # noqa: PLC0415 - as the next
    from core.consumer.worker import ConsumerWorker  # noqa: PLC0415 - loads numpy and Arrow

    kafka = context.settings.kafka
    return ConsumerWorker(
        broker,
        warehouse,
        ConsumeOptions(
            topic=kafka.topic,
            group_id=kafka.group_id,
            until_caught_up=options.until_caught_up,
            limit=options.limit,
            duration_s=options.duration,
            give_up_after_s=None if patient else context.settings.timeout_s,
            mark=context.settings.warehouse_mark,
        ),
        decoder_of(context.settings),
        clock=context.clock,
    )


def follow(
    context: JobContext,
    consumer: "ConsumerWorker",
    *,
    drain: bool = False,
    notices: tuple[str, ...] = (),
) -> ConsumeResult:
    """Show progress until the consumer ends, stopping it when asked; return its result.

    drain: it was told to finish at the topic's end, and a stop does not shorten that.
    notices: see `ConsumeResult`. Errors: whatever ended the consumer.
    """
    task = _("consume")
    context.progress.start(task, None, _("records"))
    alerts = HeadlessAlerts(context.settings.thresholds, context.clock)
    context.meters.watch(consumer=consumer.snapshot, alerts=alerts.latest)
    try:
        while not consumer.join(_TICK_S):
            if context.stopping and not drain:
                consumer.stop()
            alerts.see(consumer.snapshot())
            show(context, task, consumer.snapshot())
    finally:
        consumer.stop()
        consumer.join(_STOP_S)
        context.progress.finish(task)
    last = consumer.snapshot()
    context.note(fields(last, last.total_lag))
    if consumer.error is not None:
        raise consumer.error
    kafka = context.settings.kafka
    reasons = (
        too_many_bad(context.max_bad, dead_lettered=last.dead_lettered),
        told(consumer.left, kafka.topic, kafka.group_id),
    )
    bad = _("; ").join(reason for reason in reasons if reason)
    return ConsumeResult(last, consumer.count_lag(), bad, consumer.left, notices)


def show(context: JobContext, task: str, last: ConsumerSnapshot) -> None:
    """Tell how far the consumer is, or why it does not go on."""
    note = last.waiting_for or _("{dead}, lag {lag}").format(
        dead=dead_letters(last.dead_lettered), lag="?" if last.total_lag is None else last.total_lag
    )
    if last.state is RunState.PAUSED:
        note = _("paused")
    context.progress.update(task, last.consumed, note)
