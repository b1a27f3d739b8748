"""The same work on a real Apache Kafka: one node on this machine, whose processor time counts too.

Replay to acknowledged beside a bare loop of `produce()`, topic to raw events and merged orders
beside the hand-written loop, and the latency of a steady thousand events a second. The embedded
broker lives in the process of the client and hides what a connection costs. Java 17 and Maven
bring the node; without them nothing is measured, and that is said.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.consume import by_hand, product
from benchmarks.decode import payloads
from benchmarks.latency import tell_latency
from benchmarks.produce import loop, ready_made, replay
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, fill
from core.broker.base import TopicPlan
from core.broker.cluster import Cluster
from core.garbage import search_rarely
from tests.support.kafka_jars import KafkaUnavailableError, kafka_jars
from tests.support.kafka_server import KafkaCluster

ORDERS = 300_000
EVENTS = 300_000
BAD = 0.01
ROUNDS = 5
PARTITIONS = 4
RATE, SECONDS = 1_000, 15.0


def main() -> None:
    """Tell all figures; medians of rounds that take turns, but for the latency."""
    try:
        kafka_jars()
    except KafkaUnavailableError as error:
        print(f"SKIPPED, nothing was measured on a real Kafka: {error}")
        return
    search_rarely()  # as the command does
    with KafkaCluster() as node:
        broker = Cluster(node.bootstrap_servers)
        try:
            _produce(broker)
            _consume(broker)
            _latency(node.bootstrap_servers)
        finally:
            broker.close()


def _produce(broker: Cluster) -> None:
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(SeedSpec(orders=ORDERS), folder)
        keys, values = ready_made(folder)
        ways: dict[str, Callable[[str], None]] = {
            "ours": lambda topic: replay(broker, folder, topic, ORDERS),
            "reference": lambda topic: loop(broker, keys, values, topic),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(ROUNDS + 1):
            for way, run in ways.items():
                topic = f"{way}-{number}"
                broker.create_topic(TopicPlan(topic, PARTITIONS, 1))
                gc.collect()
                began = time.perf_counter()
                run(topic)
                if number:  # the first one warms the node
                    seconds[way].append(time.perf_counter() - began)
                high = sum(mark.high for mark in broker.watermarks(topic).values())
                if high != ORDERS:
                    raise SystemExit(f"{way}: {high} of {ORDERS} events arrived")
    ours, reference = (ORDERS / statistics.median(taken) for taken in seconds.values())
    tell(Measured("Kafka: replay, over a produce() loop", ours, "events/s", reference))


def _consume(broker: Cluster) -> None:
    broker.create_topic(TopicPlan(TOPIC, PARTITIONS, 1))
    fill(broker, payloads(EVENTS, bad=BAD))
    ways: dict[str, Callable[[Cluster, str, int], float]] = {"ours": product, "reference": by_hand}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    processor: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way, run in ways.items():
            gc.collect()
            began = time.process_time()
            elapsed = run(broker, f"{way}-{number}", EVENTS)
            used = time.process_time() - began
            if number:
                seconds[way].append(elapsed)
                processor[way].append(used * 1e6 / EVENTS)
    ours, reference = (EVENTS / statistics.median(taken) for taken in seconds.values())
    tell(Measured("Kafka: topic to raw, orders, offsets", ours, "events/s", reference))
    ours, reference = (statistics.median(used) for used in processor.values())
    tell(Measured("Kafka: the same, processor time", ours, "us/event", reference))


def _latency(servers: str) -> None:
    """Tell the latency of one pipeline; its topic is new."""
    with data_folder() as settings:
        kafka = replace(
            settings.kafka,
            bootstrap_servers=servers,
            topic="latency",
            group_id="latency",
            topic_partitions=PARTITIONS,
            topic_replication=1,
        )
        tell_latency(replace(settings, kafka=kafka), RATE, SECONDS, "Kafka: latency")


if __name__ == "__main__":
    main()
