"""How far consumers of one group share the work: one, two and three processes on a real Kafka.

Not among the benchmarks that `make bench` runs: it needs Java and Maven, and the broker works on
the same cores as the consumers. Each consumer has a data directory, so a warehouse, of its own, and
tells its figures by `--metrics-port`.

    .venv/bin/python -m benchmarks.scale_out --events 600000
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer

from core.broker.cluster import Cluster
from tests.support.events import event
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.metrics import scrape, total
from tests.support.waiting import wait_until

PARTITIONS = 6
_ADDRESS = re.compile(r"metrics at (\S+)")


@dataclass(frozen=True)
class Round:
    """consumers: processes at work. rate: records a second together. cpu_s: theirs, in all."""

    consumers: int
    rate: float
    cpu_s: float
    load: float


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    # All members join before the work is shared, so that none begins alone.
    patient = {"group.initial.rebalance.delay.ms": "4000"}
    with KafkaCluster(settings=patient) as cluster, tempfile.TemporaryDirectory() as folder:
        work = Work(cluster.bootstrap_servers, "scale")
        work.make_topic(PARTITIONS)
        publish(work.cluster, work.topic, options.events)
        for number in range(options.rounds):
            for consumers in (1, 2, 3):
                where = Path(folder) / f"{number}-{consumers}"
                found = measure(work, consumers, options.events, where)
                print(
                    f"{found.consumers} consumers: {found.rate:,.0f}/s, "
                    f"{found.cpu_s / options.events * 1e6:.1f} us of processor an event, "
                    f"load {found.load:.1f}",
                    flush=True,
                )
        work.close()


def publish(cluster: Cluster, topic: str, events: int) -> None:
    """Publish events, spread over the partitions by their keys."""
    producer = Producer(cluster.producer_config())
    began = time.monotonic()
    for number in range(events):
        while True:
            try:
                producer.produce(topic, event(number), key=b"%d" % number)
                break
            except BufferError:
                producer.poll(0.1)
        if number % 1000 == 0:
            producer.poll(0)
    if producer.flush(120):
        raise SystemExit("the broker did not take all events")
    print(f"published {events:,} in {time.monotonic() - began:.1f} s", flush=True)


def measure(work: Work, consumers: int, events: int, folder: Path) -> Round:
    """Let consumers of a fresh group read the whole topic."""
    group = folder.name
    with running(work, consumers, group, folder) as urls:

        def stored() -> float:
            return sum(total(scrape(url), "dropship_consumed_records_total") for url in urls)

        wait_until(lambda: stored() > 0, seconds=120)
        # All members hold their share by then; what one of them read before is left out.
        wait_until(lambda: held(urls) == PARTITIONS, seconds=120)
        before, began = stored(), time.monotonic()
        wait_until(lambda: stored() >= events, seconds=900)
        elapsed = time.monotonic() - began
        cpu = sum(total(scrape(url), "process_cpu_seconds_total") for url in urls)
        return Round(consumers, (events - before) / elapsed, cpu, os.getloadavg()[0])


def held(urls: list[str]) -> int:
    """Return how many partitions are held by consumers that hold some."""
    shares = [
        sum(name == "dropship_consumer_next_offset" for name, _labels in scrape(url))
        for url in urls
    ]
    return sum(shares) if all(shares) else 0


@contextmanager
def running(work: Work, consumers: int, group: str, folder: Path) -> Iterator[list[str]]:
    """Yield where the metrics of consumer processes of one group are; they are gone afterwards."""
    env = os.environ | work.env | {"KAFKA_GROUP_ID": group, "PYTHONPATH": str(Path.cwd())}
    started: list[subprocess.Popen[bytes]] = []
    logs = [folder / f"{number}.log" for number in range(consumers)]
    try:
        for log in logs:
            data = log.with_suffix("")
            data.mkdir(parents=True)
            command = [sys.executable, "-m", "core.cli.main", "--run", "consume", "--json"]
            more = ["--metrics-port", "0", "--data-dir", str(data)]
            with log.open("wb") as said:
                started.append(
                    subprocess.Popen(
                        [*command, *more], env=env, stdout=subprocess.DEVNULL, stderr=said
                    )
                )
        yield [address(log) for log in logs]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(120)


def address(log: Path) -> str:
    """Return where a consumer's metrics are, once it has said so."""
    wait_until(lambda: _ADDRESS.search(log.read_text(encoding="utf-8")), seconds=60)
    return str(_ADDRESS.findall(log.read_text(encoding="utf-8"))[0])


if __name__ == "__main__":
    main()
