"""What the benchmarks of the pipeline stand on: a broker of its own, topics filled, warehouses."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from core.broker.cluster import Cluster
from core.config import Paths, Settings

TOPIC = "orders_topic"


@contextmanager
def data_folder() -> Iterator[Settings]:
    """Yield settings for a data directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dropship-bench-") as name:
        yield Settings(paths=Paths(Path(name), Path(name) / "reports"))


@contextmanager
def embedded(settings: Settings) -> Iterator[Cluster]:
    """Yield an embedded broker in this process."""
    from core.broker.connect import connect_broker
    from core.clock import SystemClock

    broker = connect_broker(settings, clock=SystemClock(), stop=Event(), start_embedded=True)
    try:
        yield broker
    finally:
        broker.close()


@contextmanager
def unlimited() -> Iterator[Cluster]:
    """Yield a broker to which a producer may publish on and on: nobody needs all of its records."""
    from confluent_kafka import Producer

    from core.broker.clients import client_log

    host = Producer({"test.mock.num.brokers": 1, "logger": client_log})
    found = host.list_topics(TOPIC, timeout=10).brokers.values()
    broker = Cluster(",".join(f"{one.host}:{one.port}" for one in found), embedded_id="benchmark")
    try:
        yield broker
    finally:
        broker.close()


@contextmanager
def warehouse(settings: Settings) -> Iterator[Any]:
    """Yield a warehouse that is set up."""
    from core.clock import SystemClock
    from core.warehouse.duckdb.warehouse import DuckDbWarehouse

    opened = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        opened.setup()
        yield opened
    finally:
        opened.close()


def fill(broker: Cluster, payloads: Sequence[bytes]) -> None:
    """Publish payloads, keyed evenly, to a new topic. Errors: SystemExit when not all are there.

    The embedded broker keeps 5 MiB of compressed batches of each partition and drops older ones
    without a word, so what is there is counted.
    """
    from confluent_kafka import Producer

    client = Producer({**broker.producer_config()})
    for number, payload in enumerate(payloads):
        while True:
            try:
                client.produce(TOPIC, payload, b"ORDER_%06d" % number)
                break
            except BufferError:
                client.poll(0.01)
    client.flush()
    kept = sum(mark.high - mark.low for mark in broker.watermarks(TOPIC).values())
    if kept != len(payloads):
        raise SystemExit(f"the broker kept {kept} of {len(payloads)} records")
