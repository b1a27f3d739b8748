"""The lag of a console on Snowflake counts what the warehouse stores, not commits to Kafka."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from core.broker.base import Broker
from core.broker.embedded import start_embedded
from core.clock import SystemClock
from core.config import Settings
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.operations.controller import Controller
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.waiting import wait_until

FEW = 7


@pytest.fixture
def broker(settings: Settings) -> Iterator[Broker]:
    """A broker that this process keeps up for others, with a few events in partition 0."""
    opened = start_embedded(settings.paths, settings.kafka.topic, clock=SystemClock())
    publish(opened, settings.kafka.topic, FEW)
    yield opened
    opened.close()


@pytest.fixture
def controller(
    settings: Settings, broker: Broker, warehouse: SnowflakeWarehouse
) -> Iterator[Controller]:
    opened = Controller(settings, read_only=True)
    opened.refresh_every(1.0)
    yield opened
    opened.close()


def publish(broker: Broker, topic: str, count: int) -> None:
    client = Producer(broker.producer_config())
    for number in range(count):
        client.produce(topic, event(number), key=b"%d" % number, partition=0)
    assert client.flush(30) == 0
    client.close()


def commit(broker: Broker, settings: Settings, offset: int) -> None:
    """Commit as a member of the group that stores somewhere else."""
    kafka = settings.kafka
    client = Consumer(
        {"bootstrap.servers": broker.bootstrap_servers, "group.id": kafka.group_id, "log_level": 0}
    )
    client.commit(offsets=[TopicPartition(kafka.topic, 0, offset)], asynchronous=False)
    client.close()


def store(settings: Settings, broker: Broker, warehouse: SnowflakeWarehouse) -> None:
    """Store all there is, as a worker elsewhere would."""
    kafka = settings.kafka
    worker = ConsumerWorker(
        broker,
        warehouse,
        ConsumeOptions(kafka.topic, kafka.group_id, until_caught_up=True, give_up_after_s=30),
        ORDERS,
    )
    worker.start()
    assert worker.join(60)
    assert worker.error is None, worker.error


def lag_of(controller: Controller) -> int | None:
    return controller.snapshot().total_lag


def test_a_commit_of_another_member_hides_no_record_that_this_warehouse_lacks(
    controller: Controller, settings: Settings, broker: Broker, warehouse: SnowflakeWarehouse
) -> None:
    commit(broker, settings, FEW)
    controller.open()
    seen: set[int | None] = set()
    wait_until(
        lambda: (
            seen.add(lag_of(controller)) or (controller.ready and lag_of(controller) is not None)
        ),
        seconds=60,
    )
    assert seen <= {None, FEW}, "unknown until the warehouse was asked, never 0"
    now = controller.snapshot()
    assert (now.lag[0], now.offsets[0]) == (FEW, 0)
    wait_until(lambda: controller.history() and controller.history()[-1].lag == FEW)

    store(settings, broker, warehouse)
    wait_until(lambda: lag_of(controller) == 0)
    publish(broker, settings.kafka.topic, 3)
    commit(broker, settings, FEW + 3)
    wait_until(lambda: lag_of(controller) == 3)
    assert controller.snapshot().offsets[0] == FEW


def test_a_figure_of_the_warehouse_tells_how_old_it_is(
    controller: Controller, settings: Settings, broker: Broker, warehouse: SnowflakeWarehouse
) -> None:
    controller.refresh_every(0)
    controller.open()
    wait_until(lambda: lag_of(controller) == FEW, seconds=60)
    first = controller.snapshot()
    store(settings, broker, warehouse)
    publish(broker, settings.kafka.topic, 2)
    # What came is known at once, what was stored once the warehouse is asked.
    wait_until(lambda: lag_of(controller) == FEW + 2)
    later = controller.snapshot()
    assert first.stored_at is not None
    assert later.stored_at >= first.stored_at
    controller.refresh()
    wait_until(lambda: lag_of(controller) == 2)
    assert controller.snapshot().stored_at > later.stored_at


def test_metrics_count_what_the_warehouse_lacks(
    controller: Controller, settings: Settings, broker: Broker
) -> None:
    from core.metrics.families import families
    from core.operations.metrics import metrics_of

    commit(broker, settings, FEW)
    controller.open()

    def told() -> dict[str, float]:
        return {
            sample.labels["partition"]: sample.value
            for family in families(metrics_of(controller.snapshot(), settings))
            if family.name == "dropship_group_lag_records"
            for sample in family.samples
        }

    seen: set[float | None] = set()
    wait_until(lambda: seen.add(told().get("0")) or FEW in seen, seconds=60)
    assert sum(told().values()) == FEW
    assert seen <= {None, FEW}, "no figure before the warehouse was asked"
