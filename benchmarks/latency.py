"""End-to-end latency: from an event's timestamp to its commit in the warehouse, at steady rates.

The whole pipeline runs on the embedded back ends, producer, broker, consumer and merge in one
process, for ten seconds at each rate. The first moments, in which the consumer joins its group,
count too.
"""

from benchmarks.report import Measured, tell
from benchmarks.stage import data_folder
from core.config import Settings

RATES = (1_000, 20_000)
SECONDS = 10.0


def main() -> None:
    """Tell p50, p95 and p99 at each rate; one run each."""
    for rate in RATES:
        with data_folder() as settings:
            tell_latency(settings, rate, SECONDS, "latency")


def tell_latency(settings: Settings, rate: int, seconds: float, title: str) -> None:
    """Run the whole pipeline for some seconds at a rate, events a second, and tell its latency."""
    from core.jobs import pipeline
    from core.jobs.base import JobContext
    from core.jobs.consume import ConsumeResult

    options = pipeline.Options(orders=int(rate * seconds), rate=rate)
    consumed = pipeline.run(JobContext(settings), options).parts["consume"]
    if not isinstance(consumed, ConsumeResult):
        raise TypeError("the part `consume` has a result of its own kind")
    latency = consumed.last.latency_total
    for name, value in (("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99)):
        tell(Measured(f"{title} {name} at {rate:,} events/s", value or 0.0, "ms"))


if __name__ == "__main__":
    main()
