"""`broker`: keeps an embedded broker up in the foreground for other processes.

Its records end with it, so it does not end before they are stored, or a while has passed: see
`core.jobs.broker_end`.
"""

from dataclasses import dataclass

from core.broker.embedded import start_embedded
from core.consumer.unstored import lost_text, unstored_records
from core.errors import UsageError
from core.jobs.base import JobContext, Summary
from core.jobs.broker_end import store_what_is_left
from core.jobs.options import NoOptions
from core.jobs.unstored import unstored_lines
from core.metrics.meters import TopicMetrics
from core.text import _, clean
from core.text.amounts import records

Options = NoOptions


@dataclass(frozen=True)
class BrokerResult:
    """Where the broker was, for how long (seconds), and how many records it took in all.

    unstored: of these, how many nobody has stored.
    """

    bootstrap_servers: str
    uptime_s: float
    records: int
    unstored: int = 0

    @property
    def bad(self) -> str:
        """That records are lost."""
        return lost_text(self.unstored) if self.unstored else ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "uptime_s": round(self.uptime_s, 3),
            "records": self.records,
            "unstored": self.unstored,
        }

    def summary(self) -> Summary:
        """Return one line."""
        line = _("the embedded broker at {servers} has ended; it took {records}")
        return Summary(
            lines=(
                line.format(servers=self.bootstrap_servers, records=records(self.records)),
                *unstored_lines(self.unstored),
            )
        )


def run(context: JobContext, _options: Options) -> BrokerResult:
    """Serve until a stop is wanted.

    Errors: UsageError when a real broker is configured; BrokerError when an embedded one already
    runs for this data directory.
    """
    kafka = context.settings.kafka
    if kafka.bootstrap_servers is not None:
        raise UsageError(
            _("--run broker: KAFKA_BOOTSTRAP_SERVERS names a broker already ({servers})").format(
                servers=clean(kafka.bootstrap_servers, 120)
            ),
            hint=_("unset KAFKA_BOOTSTRAP_SERVERS to use the embedded broker"),
        )
    began = context.clock.monotonic()
    broker = start_embedded(context.settings.paths, kafka.topic, clock=context.clock)
    task = _("broker at {servers}").format(servers=broker.bootstrap_servers)
    context.progress.start(task, None, _("records"))
    records, seen = 0, TopicMetrics(kafka.topic, {})
    context.meters.watch(topic=lambda: seen)
    try:
        while not context.wait(1.0):
            marks = broker.watermarks(kafka.topic)
            told = broker.committed(
                kafka.topic, kafka.group_id, mark=context.settings.warehouse_mark
            )
            context.note({"unstored": unstored_records(marks, told)})
            ends = {part: mark.high for part, mark in marks.items()}
            seen, records = TopicMetrics(kafka.topic, ends), sum(ends.values())
            context.progress.update(task, records, _("end it with ctrl+c"))
        unstored = store_what_is_left(context, broker)
        records = sum(mark.high for mark in broker.watermarks(kafka.topic).values())
    finally:
        context.progress.finish(task)
        broker.close()
    uptime_s = context.clock.monotonic() - began
    return BrokerResult(broker.bootstrap_servers, uptime_s, records, unstored)
