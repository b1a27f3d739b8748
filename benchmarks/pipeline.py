"""The whole pipeline as fast as possible, beside the slower of its halves alone.

Seed data to KPIs runs on the embedded back ends in one process. Its rate is counted from the first
published event to the last one stored. The halves, replay to acknowledged and topic to stored and
merged, run over the same orders with the machine to themselves; the ratio is what it costs that
they share the processor cores and one interpreter.
"""

import statistics
import time

from benchmarks.consume import product as stored_and_merged
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, embedded, fill, unlimited
from core.config import Settings
from core.progress import NoProgress

ORDERS = 300_000
KEPT = 150_000
"""Orders that fit into the embedded broker when nobody reads."""
ROUNDS = 3


class Stopwatch(NoProgress):
    """Notes when the tasks of a job begin and end, by their names."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Note the beginning."""
        del total, unit
        self.began[task] = time.perf_counter()

    def finish(self, task: str) -> None:
        """Note the end."""
        self.ended[task] = time.perf_counter()


def whole() -> tuple[float, float, list[float]]:
    """Run the pipeline; return events/s, seconds of the whole job, and latencies in ms."""
    from core.jobs import pipeline
    from core.jobs.base import JobContext
    from core.jobs.consume import ConsumeResult

    watch = Stopwatch()
    with data_folder() as settings:
        began = time.perf_counter()
        result = pipeline.run(JobContext(settings, watch), pipeline.Options(orders=ORDERS))
        elapsed = time.perf_counter() - began
    consumed = result.parts["consume"]
    if result.bad or not isinstance(consumed, ConsumeResult) or consumed.last.inserted != ORDERS:
        raise SystemExit(f"{result.bad} {consumed}")
    latency = consumed.last.latency_total
    rate = ORDERS / (watch.ended["consume"] - watch.began["pipeline"])
    return rate, elapsed, [value or 0.0 for value in (latency.p50, latency.p95, latency.p99)]


def produce_alone(seeded: Settings) -> float:
    """Return events/s of a replay to a broker that nobody reads."""
    from core.producer.options import ProduceOptions
    from core.producer.worker import ProducerWorker

    folder = seeded.paths.seed
    with unlimited() as broker:
        options = ProduceOptions(input=folder, rate=0)
        worker = ProducerWorker(broker, TOPIC, options, group_id="alone", injected_folder=folder)
        began = time.perf_counter()
        worker.start()
        worker.join()
        elapsed = time.perf_counter() - began
        if worker.snapshot().acked != ORDERS:
            raise SystemExit(str(worker.snapshot()))
    return ORDERS / elapsed


def consume_alone(seeded: Settings) -> float:
    """Return events/s of consumer and merge over as many of the orders as a full topic keeps."""
    from core.producer.orders.csv_file import OrdersCsv
    from core.producer.orders.encode import encode

    values: list[bytes] = []
    for block in OrdersCsv(seeded.paths.seed).blocks():
        if len(values) >= KEPT:
            break
        values += encode(block.rows, "2024-05-31T12:30:00.000Z")[1]
    with data_folder() as settings, embedded(settings) as broker:
        fill(broker, values[:KEPT])
        return KEPT / stored_and_merged(broker, "alone", KEPT)


def main() -> None:
    """Tell the rates, the time of the whole job and the latencies: medians of the rounds."""
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    rates: list[float] = []
    halves: list[float] = []
    jobs: list[float] = []
    latencies: list[list[float]] = []
    with data_folder() as seeded:
        generate(SeedSpec(orders=ORDERS), seeded.paths.seed)
        for _round in range(ROUNDS):
            rate, elapsed, found = whole()
            rates.append(rate)
            jobs.append(elapsed)
            latencies.append(found)
            produced, consumed = produce_alone(seeded), consume_alone(seeded)
            print(f"alone: produce {produced:,.0f}, consume {consumed:,.0f} events/s", flush=True)
            halves.append(min(produced, consumed))
    tell(
        Measured(
            "pipeline at rate 0, over its slower half",
            statistics.median(rates),
            "events/s",
            statistics.median(halves),
        )
    )
    tell(Measured(f"pipeline job, {ORDERS:,} orders to KPIs", statistics.median(jobs), "s"))
    for name, values in zip(("p50", "p95", "p99"), zip(*latencies, strict=True), strict=True):
        tell(Measured(f"latency {name} at rate 0", statistics.median(values), "ms"))


if __name__ == "__main__":
    main()
