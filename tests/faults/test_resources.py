"""A hundred starts and ends of producer, consumer and merge leave no thread and no descriptor."""

import gc
import threading

import psutil
import pytest

from core.broker.cluster import Cluster
from core.config import Settings
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.merge.worker import MergeWorker
from core.producer.options import ProduceOptions
from core.producer.worker import ProducerWorker
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.producer.running import orders_file
from tests.support.decoding import ORDERS
from tests.support.waiting import wait_until

TOPIC, GROUP = "orders_topic", "group"
WARM_UP, CYCLES = 5, 100


def cycle(settings: Settings, broker: Cluster, warehouse: DuckDbWarehouse, number: int) -> None:
    """Start all three, let some work pass or none, and end them."""
    producer = ProducerWorker(
        broker,
        TOPIC,
        ProduceOptions(input=settings.paths.seed, rate=0),
        group_id=GROUP,
        injected_folder=settings.paths.injected,
        lock_file=settings.paths.producer_lock,
    )
    consumer = ConsumerWorker(broker, warehouse, ConsumeOptions(TOPIC, GROUP), ORDERS)
    merge = MergeWorker(warehouse, interval_s=0.05)
    workers = (consumer, producer, merge)
    for worker in workers:
        worker.start()
    if number % 2:
        wait_until(lambda: consumer.snapshot().consumed > 0)
    for worker in workers:
        worker.stop()
    for worker in workers:
        assert worker.join(30)
        assert worker.error is None, worker.error


def figures() -> tuple[int, int, int]:
    """Return Python's threads, all threads, and descriptors of this process."""
    gc.collect()
    me = psutil.Process()
    return threading.active_count(), me.num_threads(), me.num_fds()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_hundred_starts_and_ends_leave_nothing_behind(
    settings: Settings, broker: Cluster, warehouse: DuckDbWarehouse
) -> None:
    orders_file(settings, 50)
    for number in range(WARM_UP):
        cycle(settings, broker, warehouse, number)
    before = figures()
    for number in range(CYCLES):
        cycle(settings, broker, warehouse, number)
    # librdkafka ends its threads a moment after its clients.
    wait_until(lambda: all(now <= was for now, was in zip(figures(), before, strict=True)))
