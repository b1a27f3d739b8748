"""`produce`: publishes order events, from orders.csv or made up as it goes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.broker.base import Broker
from core.config import Settings
from core.errors import BrokerError
from core.jobs.backends import open_broker
from core.jobs.base import JobContext, Summary, Table, too_many_bad
from core.jobs.options import PublishOptions
from core.jobs.topic import require_topic
from core.producer.failures import hints, in_words
from core.producer.options import DEFAULT_RATES, DELETED, ProduceOptions
from core.producer.snapshot import ProducerSnapshot
from core.registry.writer import WireWriter
from core.text import _, ngettext
from core.text.number_format import count, decimal, percent
from core.workers import RunState

if TYPE_CHECKING:
    from core.producer.worker import ProducerWorker

_TICK_S = 0.1
_STOP_S = 30.0


Options = PublishOptions


@dataclass(frozen=True)
class ProduceResult:
    """The producer's last moment."""

    last: ProducerSnapshot
    bad: str

    @property
    def hint(self) -> str:
        """What fixes a bad result, one line."""
        return hints(self.last.failures) if self.bad else ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return fields(self.last)

    def summary(self) -> Summary:
        """Return the counts, the injected faults and the rejected rows."""
        last = self.last
        lines = [
            ngettext(
                "{sent} event sent to {topic}: {acked} acknowledged, {failed} failed",
                "{sent} events sent to {topic}: {acked} acknowledged, {failed} failed",
                last.sent,
            ).format(
                sent=count(last.sent),
                topic=last.topic,
                acked=count(last.acked),
                failed=count(last.failed),
            )
            + " · "
            + _("{rate} per second").format(rate=decimal(last.rate_actual, 1))
        ]
        deletes = last.injected.get("deletes", 0)
        if deletes:
            text = ngettext("{count} delete among them", "{count} deletes among them", deletes)
            lines[0] += " · " + text.format(count=count(deletes))
        if any(last.injected.values()):
            lines.append(
                ngettext(
                    "injected: {duplicates} duplicate, {late} late, {poison} poison (see {file})",
                    "injected: {duplicates} duplicates, {late} late, {poison} poison (see {file})",
                    last.injected["duplicates"],
                ).format(**last.injected, file=last.answer_key)
            )
        rows_failed = [(entry.reason, entry.count, entry.hint) for entry in last.failures]
        heads = (_("reason"), _("count"), _("hint"))
        title = ngettext(
            "{count} event not delivered", "{count} events not delivered", last.failed
        ).format(count=count(last.failed))
        tables = [Table(heads, rows_failed, title)] if rows_failed else []
        rows = [(row.line, row.reason) for row in last.rejected_rows]
        if rows:
            title = ngettext("{count} row rejected", "{count} rows rejected", last.rejected)
            tables.append(
                Table((_("line"), _("reason")), rows, title.format(count=count(last.rejected)))
            )
        return Summary(lines=tuple(lines), tables=tables)


def fields(last: ProducerSnapshot) -> dict[str, object]:
    """Return a snapshot as the keys of the JSON result."""
    return {
        "mode": last.mode,
        "topic": last.topic,
        "sent": last.sent,
        "acked": last.acked,
        "failed": last.failed,
        "failures": [entry.fields() for entry in last.failures],
        "rejected": last.rejected,
        "rejected_rows": [{"line": row.line, "reason": row.reason} for row in last.rejected_rows],
        "bytes": last.bytes,
        "rate_target": last.rate_target,
        "rate_actual": round(last.rate_actual, 3),
        "injected": dict(last.injected),
        "answer_key": last.answer_key or None,
    }


def run(context: JobContext, options: Options) -> ProduceResult:
    """Publish until the source, the options or a stop end it."""
    from core.producer.opening import check_source  # noqa: PLC0415 - loads numpy and Arrow

    checked = checked_options(context.settings, options)
    check_source(checked, context.clock)
    with open_broker(context, start_embedded=False) as broker:
        require_topic(context, broker)
        producer = make_producer(context, broker, checked)
        producer.start()
        return follow(context, producer)


def checked_options(settings: Settings, options: Options) -> ProduceOptions:
    """Return the options with their defaults filled in. Errors: UsageError naming the option."""
    rate = DEFAULT_RATES[options.mode] if options.rate is None else options.rate
    return ProduceOptions(
        mode=options.mode,
        input=options.input or settings.paths.seed,
        rate=rate,
        limit=options.limit,
        duration_s=options.duration,
        profile=options.profile,
        duplicates=options.duplicates,
        late=options.late,
        poison=options.poison,
        deletes=_deletes(settings, options),
        pipeline=settings.pipeline,
        writer=_writer(settings),
    )


def _deletes(settings: Settings, options: Options) -> float:
    """Return the share of deletes; unless named, made-up events have some where rows allow it."""
    if options.deletes is not None:
        return options.deletes
    made_up = options.mode == "stream" and settings.pipeline.definition.deletes
    return DELETED if made_up else 0.0


def _writer(settings: Settings) -> WireWriter | None:
    """Return what writes the pipeline's records; None where they are JSON."""
    if settings.pipeline.definition.event.format == "json":
        return None
    return WireWriter(settings)


def make_producer(
    context: JobContext,
    broker: Broker,
    options: ProduceOptions,
    *,
    patient: bool = False,
) -> "ProducerWorker":
    """Return a producer as the settings and options say, not started.

    patient: wait without end for a broker that went away.
    """
    from core.producer.worker import ProducerWorker  # noqa: PLC0415 - loads numpy and Arrow

    settings = context.settings
    worker = ProducerWorker(
        broker,
        settings.kafka.topic,
        options,
        group_id=settings.kafka.group_id,
        injected_folder=settings.paths.injected,
        lock_file=settings.paths.producer_lock,
        give_up_after_s=None if patient else settings.timeout_s,
        clock=context.clock,
    )
    worker.mark = settings.warehouse_mark
    return worker


def follow(context: JobContext, producer: "ProducerWorker") -> ProduceResult:
    """Show progress until the producer ends, stopping it when asked; return its result.

    Errors: whatever ended the producer.
    """
    task = _("produce")
    context.progress.start(task, None, _("events"))
    context.meters.watch(producer=producer.snapshot)
    try:
        while not producer.join(_TICK_S):
            if context.stopping:
                producer.stop()
            show(context, task, producer.snapshot())
    finally:
        producer.stop()
        producer.join(_STOP_S)
        context.progress.finish(task)
    last = producer.snapshot()
    context.note(fields(last))
    if producer.error is not None:
        raise producer.error
    return ProduceResult(last, _judged(context, last))


def _judged(context: JobContext, last: ProducerSnapshot) -> str:
    """Return why the result is bad, or nothing.

    Errors: BrokerError when nothing was delivered because this user may not.
    """
    bad = too_many_bad(context.max_bad, undelivered=last.failed, rejected=last.rejected)
    if context.max_bad is None and last.rejected and not last.sent:
        return ngettext(
            "nothing was published: {count} row was rejected",
            "nothing was published: all {count} rows were rejected",
            last.rejected,
        ).format(count=count(last.rejected))
    if not bad and any(entry.of_rights for entry in last.failures):
        # It ended before its time, whatever number was allowed to fail.
        bad = too_many_bad(None, undelivered=last.failed)
    if not bad or not last.failures:
        return bad
    bad = _("{what}: {why}").format(what=bad, why=in_words(last.failures))
    if last.acked == 0 and all(entry.of_rights for entry in last.failures):
        raise BrokerError(
            _("publishing to {topic}: {reason}").format(topic=last.topic, reason=bad),
            hint=hints(last.failures),
        )
    return bad


def show(context: JobContext, task: str, last: ProducerSnapshot) -> None:
    """Tell how far the producer is, or why it does not go on."""
    share = "" if last.fraction is None else percent(last.fraction)
    note = _("paused") if last.state is RunState.PAUSED else last.held_reason or share
    context.progress.update(task, last.sent, note)
