"""`pipeline`: the whole way of an order, from seed data to KPIs, in one process.

Producer, consumer and merge run at once, each in its own thread; this one watches them. Whichever
fails stops the others cleanly, so that what was published is stored and the next run goes on.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from core.alerts.headless import HeadlessAlerts
from core.broker.base import Broker
from core.consumer.worker import ConsumerWorker
from core.jobs import consume, kpis, load, produce, seed, transform, validate
from core.jobs.backends import open_broker, open_warehouse, told_tasks
from core.jobs.base import JobContext, JobResult, Summary, too_many_bad
from core.jobs.options import PipelineOptions
from core.jobs.topic import prepare_topic
from core.jobs.unstored import Unstored, counted, unstored_lines
from core.merge.worker import MergeWorker
from core.producer.worker import ProducerWorker
from core.text import _
from core.warehouse.base import Warehouse

_TICK_S = 0.1
_MERGE_EVERY_S = 0.5
_DRAIN_S = 60.0


Options = PipelineOptions


@dataclass(frozen=True)
class PipelineResult:
    """The results of the parts that were reached, in their order.

    unstored: records that ended with the embedded broker of this process; None without one.
    """

    parts: dict[str, JobResult]
    bad: str
    unstored: int | None = None

    @property
    def hint(self) -> str:
        """What fixes the parts that are bad, where they know, one line."""
        found = (getattr(part, "hint", "") for part in self.parts.values() if part.bad)
        return _("; ").join(dict.fromkeys(hint for hint in found if hint))

    def fields(self) -> dict[str, object]:
        """Return one object a part; parts that were not reached are None."""
        names = ("seed", "load", "produce", "consume", "transform", "validate", "kpis")
        parts = {name: self.parts[name].fields() if name in self.parts else None for name in names}
        return {**parts, "unstored": self.unstored}

    def summary(self) -> Summary:
        """Return the summaries of the parts, one after another."""
        lines: list[str] = []
        tables = []
        for name, part in self.parts.items():
            told = part.summary()
            lines += [_("{part}: {line}").format(part=name, line=line) for line in told.lines]
            if name in {"validate", "kpis"}:
                tables += list(told.tables)
        lines += unstored_lines(self.unstored)
        return Summary(lines=tuple(lines), tables=tables)


def run(context: JobContext, options: Options) -> PipelineResult:
    """Run every part; a stop ends the running one cleanly and leaves out the rest."""
    parts: dict[str, JobResult] = {}
    if not context.settings.pipeline.has_generator:
        options = _made_up(options)
    # What is wrong with the options is told before anything is asked or made.
    seed.spec_of(_part(options, seed.Options))
    produce.checked_options(context.settings, _part(options, produce.Options))
    # The warehouse first: when another process holds it, nothing else should have been touched.
    with (
        open_warehouse(context) as warehouse,
        open_broker(context, start_embedded=True) as broker,
        counted(context, broker, warehouse) as unstored,
    ):
        own = context.settings.pipeline.has_generator
        if own:
            generated = seed.run(context.part("seed"), _part(options, seed.Options))
        if not own or not generated.written.cancelled:
            warehouse.setup()
            prepare_topic(context, broker)
            if own:
                parts["seed"] = generated
                folder = load.Options(input=options.output)
                parts["load"] = load.load(context.part("load"), warehouse, folder)
            parts.update(_flow(context, broker, warehouse, options))
            view = validate.view_of(context, broker)
            if not context.stopping:
                parts["validate"] = validate.check(
                    context.part("validate"), warehouse, view, _part(options, validate.Options)
                )
                parts["kpis"] = kpis.result_of(context, warehouse)
    return PipelineResult(parts, _bad(context, parts, unstored), unstored.records)


def _made_up(options: Options) -> Options:
    """Return options that make events up, for a pipeline without seed files of its own."""
    endless = options.limit is None and options.duration is None
    return replace(options, mode="stream", limit=options.orders if endless else options.limit)


def _bad(context: JobContext, parts: dict[str, JobResult], unstored: Unstored) -> str:
    """Return why the whole is bad: a part is, too many bad records in all, or some are lost."""
    reasons = [bad for bad in (*(part.bad for part in parts.values()), unstored.bad) if bad]
    produced, consumed = parts.get("produce"), parts.get("consume")
    if isinstance(produced, produce.ProduceResult) and isinstance(consumed, consume.ConsumeResult):
        together = too_many_bad(
            context.max_bad,
            undelivered=produced.last.failed,
            dead_lettered=consumed.last.dead_lettered,
            rejected=produced.last.rejected,
        )
        reasons += [together] if together and together not in reasons else []
    return _("; ").join(reasons)


def _flow(
    context: JobContext, broker: Broker, warehouse: Warehouse, options: Options
) -> dict[str, JobResult]:
    """Publish, consume and merge at once until everything published is merged."""
    asked = replace(_part(options, produce.Options), input=options.output, rate=options.rate)
    producing, consuming = context.part("produce"), context.part("consume")
    consumer = consume.make_consumer(consuming, broker, warehouse, consume.Options())
    checked = produce.checked_options(producing.settings, asked)
    producer = produce.make_producer(producing, broker, checked)
    notices = told_tasks(context, warehouse)
    merging = MergeWorker(
        warehouse,
        interval_s=_MERGE_EVERY_S,
        give_up_after_s=context.settings.timeout_s,
        clock=context.clock,
    )
    consumer.start()
    merging.start()
    producer.start()
    try:
        _watch(context, producer, consumer, merging, owned=broker.owned)
        produced = produce.follow(producing, producer)
        consumer.finish()
        consumed = consume.follow(consuming, consumer, drain=broker.owned, notices=notices)
    finally:
        producer.stop()
        producer.join()
        # What was acknowledged is stored first where the broker ends with this process; any other
        # one keeps it for the next consumer, and a stop need not wait.
        if context.stopping and not broker.owned:
            consumer.stop()
        consumer.finish()
        consumer.join(_DRAIN_S)
        consumer.stop()
        consumer.join()
        merging.stop()
        merging.join()
        merged = transform.TransformResult(
            merging.snapshot(), deletes=context.settings.pipeline.definition.deletes
        )
        context.part("transform").note(merged.fields())
    if merging.error is not None:
        raise merging.error
    return {"produce": produced, "consume": consumed, "transform": merged}


def _watch(
    context: JobContext,
    producer: ProducerWorker,
    consumer: ConsumerWorker,
    merging: MergeWorker,
    *,
    owned: bool,
) -> None:
    """Show the producer's progress until it ends, or one of the others fails or a stop comes.

    owned: the broker ends with this process.
    """
    task = _("pipeline")
    context.progress.start(task, None, _("events"))
    alerts = HeadlessAlerts(context.settings.thresholds, context.clock)
    context.meters.watch(
        consumer=consumer.snapshot,
        producer=producer.snapshot,
        merge=merging.snapshot,
        alerts=alerts.latest,
    )
    while not producer.join(_TICK_S):
        if context.stopping or consumer.error is not None or merging.error is not None:
            producer.stop()
        sent, stored = producer.snapshot(), consumer.snapshot()
        alerts.see(stored, sent, merging.snapshot())
        note = (
            sent.held_reason
            or stored.waiting_for
            or merging.snapshot().waiting_for
            or _("{stored} stored, {dead} dead").format(
                stored=stored.inserted, dead=stored.dead_lettered
            )
        )
        context.progress.update(task, sent.sent, note)
        if owned:
            context.note({"unstored": max(sent.acked - stored.consumed, 0)})
    context.progress.finish(task)


def _part(options: Options, kind: type[Any]) -> Any:
    """Return the options of a part, taken from those of the whole by their names."""
    own = {entry.name for entry in fields(kind)}
    shared = {entry.name for entry in fields(options)} & own
    return kind(**{name: getattr(options, name) for name in shared})
