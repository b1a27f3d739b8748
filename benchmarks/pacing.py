"""How exactly a producer keeps its rate, seen by a consumer of the topic.

A producer replays at a steady rate for ten seconds, all of which count. Three errors are told, with
the aim of less than 0.5 % for each: of the number of events that came out in that time, of the rate
between the first and the last of them by the times stamped on the records, and of the rate that the
producer itself gives.
"""

from pathlib import Path
from typing import Any

from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, unlimited

RATES = (10, 1_000, 20_000)
SECONDS = 10.0
AIM_PERCENT = 0.5


def rate_between(stamps_ms: list[int]) -> float:
    """Return events per second from the first record to the last one.

    Records of one micro-batch share a moment, so those of the first moment only start the clock.
    """
    first, last = min(stamps_ms), max(stamps_ms)
    return sum(stamp > first for stamp in stamps_ms) / (last - first) * 1e3


def replay(broker: Any, folder: Path, rate: float) -> tuple[list[int], float]:
    """Replay at a rate for the whole time.

    Return the records' times in milliseconds, and the rate that the producer gives.
    """
    from confluent_kafka import Consumer, TopicPartition

    from core.producer.options import ProduceOptions
    from core.producer.worker import ProducerWorker

    options = ProduceOptions(input=folder, rate=rate, duration_s=SECONDS)
    worker = ProducerWorker(broker, TOPIC, options, group_id="pacing", injected_folder=folder)
    reader = Consumer(broker.consumer_config("pacing"))
    ends = broker.watermarks(TOPIC)
    reader.assign([TopicPartition(TOPIC, part, mark.high) for part, mark in ends.items()])
    worker.start()
    found: list[int] = []
    while worker.alive or len(found) < worker.snapshot().acked:
        found += [record.timestamp()[1] for record in reader.consume(1_000, 0.1)]
    reader.close()
    if worker.error is not None:
        raise SystemExit(str(worker.error))
    return found, worker.snapshot().rate_actual


def main() -> None:
    """Tell the error at each rate; one run each."""
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    with data_folder() as settings, unlimited() as broker:
        folder = settings.paths.seed
        generate(SeedSpec(orders=int(1.1 * max(RATES) * SECONDS)), folder)
        for rate in RATES:
            found, given = replay(broker, folder, rate)
            errors = {
                "count": abs(len(found) / (rate * SECONDS) - 1) * 100,
                "rate": abs(rate_between(found) / rate - 1) * 100,
                "rate it gives": abs(given / rate - 1) * 100,
            }
            for of, error in errors.items():
                name = f"error of the {of} at {rate:,} events/s"
                tell(Measured(name, error, "%", at_most=AIM_PERCENT))


if __name__ == "__main__":
    main()
