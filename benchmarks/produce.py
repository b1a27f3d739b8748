"""Replay of an orders.csv, from opening the file to the last acknowledgement, beside bare loops.

The references hand ready-made bytes with keys to a client of the same settings: one call per
record, as most producers do, and in lists of a thousand, the fastest way the client has. What ours
takes more is the price of reading, checking and encoding the rows. The aim is at least 0.60 of the
one-call loop. Nothing consumes, so the brokers here are ones without a backlog limit.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import Measured, tell

ORDERS = 500_000
ROUNDS = 5
TOPIC = "orders_topic"
LIST = 1_000
AIM = 0.60
TIMESTAMP = "2024-05-31T12:30:00.000Z"


def main() -> None:
    """Print events per second of each way, and the ratios."""
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(SeedSpec(orders=ORDERS), folder)
        keys, values = ready_made(folder)
        ways: dict[str, Callable[[Any], None]] = {
            "replay of orders.csv": lambda broker: replay(broker, folder),
            "bare loop, produce()": lambda broker: loop(broker, keys, values),
            "bare loop, produce_batch()": lambda broker: _lists(broker, keys, values),
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _round in range(ROUNDS):
            for way, run in ways.items():
                rates[way].append(_measured(run))
    ours, loop, lists = (statistics.median(found) for found in rates.values())
    for way, found in rates.items():
        print(f"{way:28s} {statistics.median(found):>9,.0f} events/s")
    tell(Measured("replay, over a produce() loop", ours, "events/s", loop, at_least=AIM))
    tell(Measured("replay, over a produce_batch() loop", ours, "events/s", lists))


def _measured(run: Callable[[Any], None]) -> float:
    """Return events per second against a broker of its own."""
    from confluent_kafka import Producer

    from core.broker.clients import client_log
    from core.broker.cluster import Cluster

    host = Producer({"test.mock.num.brokers": 1, "logger": client_log})
    found = host.list_topics(TOPIC, timeout=10).brokers.values()
    broker = Cluster(",".join(f"{one.host}:{one.port}" for one in found), embedded_id="benchmark")
    start = time.perf_counter()
    run(broker)
    elapsed = time.perf_counter() - start
    high = sum(mark.high for mark in broker.watermarks(TOPIC).values())
    broker.close()
    if high != ORDERS:
        raise SystemExit(f"{high} of {ORDERS} events arrived")
    return ORDERS / elapsed


def replay(broker: Any, folder: Path, topic: str = TOPIC, orders: int = ORDERS) -> None:
    """Publish with the product's code."""
    from core.producer.options import ProduceOptions
    from core.producer.worker import ProducerWorker

    options = ProduceOptions(input=folder, rate=0)
    worker = ProducerWorker(broker, topic, options, group_id="benchmark", injected_folder=folder)
    worker.start()
    worker.join()
    if worker.snapshot().acked != orders:
        raise SystemExit(str(worker.snapshot()))


def ready_made(folder: Path) -> tuple[list[bytes], list[bytes]]:
    """Return keys and values of all events."""
    from core.producer.orders.csv_file import OrdersCsv
    from core.producer.orders.encode import encode

    keys: list[bytes] = []
    values: list[bytes] = []
    for block in OrdersCsv(folder).blocks():
        more_keys, more_values = encode(block.rows, TIMESTAMP)
        keys += more_keys
        values += more_values
    return keys, values


def _client(broker: Any) -> Any:
    from confluent_kafka import Producer

    return Producer({**broker.producer_config(), "on_delivery": _on_delivery})


def _on_delivery(error: Any, _message: Any) -> None:
    if error is not None:
        raise SystemExit(str(error))


def loop(broker: Any, keys: list[bytes], values: list[bytes], topic: str = TOPIC) -> None:
    """Publish ready-made bytes, one call a record."""
    client = _client(broker)
    for key, value in zip(keys, values, strict=True):
        while True:
            try:
                client.produce(topic, value, key)
                break
            except BufferError:
                client.poll(0.005)
    client.flush()


def _lists(broker: Any, keys: list[bytes], values: list[bytes]) -> None:
    client = _client(broker)
    capacity = broker.producer_config()["queue.buffering.max.messages"]
    for first in range(0, len(keys), LIST):
        records = [
            {"key": key, "value": value}
            for key, value in zip(
                keys[first : first + LIST], values[first : first + LIST], strict=True
            )
        ]
        while len(client) + len(records) > capacity:
            client.poll(0.005)
        client.produce_batch(TOPIC, records)
    client.flush()


if __name__ == "__main__":
    main()
