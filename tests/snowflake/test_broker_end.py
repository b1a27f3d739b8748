"""The end of an embedded broker on Snowflake: what the warehouse stores decides, not commits."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from core.broker.base import Broker
from core.broker.embedded import start_embedded
from core.clock import SystemClock
from core.config import Settings
from core.config.load import load_settings
from core.consumer.unstored import count_unstored
from core.jobs.base import JobContext
from core.jobs.broker import BrokerResult
from core.jobs.broker_end import store_what_is_left
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.events import event
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.kafka_server import free_ports

FEW = 7


@pytest.fixture
def broker(settings: Settings) -> Iterator[Broker]:
    opened = start_embedded(settings.paths, settings.kafka.topic, clock=SystemClock())
    yield opened
    opened.close()


def fill(broker: Broker, topic: str) -> None:
    client = Producer(broker.producer_config())
    for number in range(FEW):
        client.produce(topic, event(number), key=b"%d" % number, partition=0)
    assert client.flush(30) == 0
    client.close()


def commit(broker: Broker, settings: Settings, offset: int, mark: str = "") -> None:
    """Commit as a member of the group; without a mark as one that stores somewhere else."""
    kafka = settings.kafka
    client = Consumer(
        {"bootstrap.servers": broker.bootstrap_servers, "group.id": kafka.group_id, "log_level": 0}
    )
    client.commit(offsets=[TopicPartition(kafka.topic, 0, offset, mark)], asynchronous=False)
    client.close()


def test_records_that_only_a_commit_calls_stored_are_stored_at_the_end(
    settings: Settings, broker: Broker, warehouse: SnowflakeWarehouse
) -> None:
    topic = settings.kafka.topic
    fill(broker, topic)
    commit(broker, settings, FEW)
    context = JobContext(settings)
    assert store_what_is_left(context, broker, within_s=60) == 0
    assert count_unstored(broker, warehouse, topic) == 0
    assert warehouse.stored_offsets(broker.identity(topic))[0] == FEW
    assert context.known["unstored"] == 0


def test_what_nobody_can_prove_stored_counts_as_lost_while_the_account_is_away(
    settings: Settings, broker: Broker, fake: FakeSnowflake, schema: str
) -> None:
    fill(broker, settings.kafka.topic)
    (gone,) = free_ports(1)
    away = load_settings(environ=fake.environ(schema, port=gone), data_dir=settings.paths.data)
    context = JobContext(replace(away, timeout_s=0.5))
    commit(broker, away, FEW)
    assert store_what_is_left(context, broker, within_s=1) == FEW
    assert BrokerResult("here", 1.0, FEW, FEW).bad
    commit(broker, away, 3, away.warehouse_mark)
    assert store_what_is_left(context, broker, within_s=1) == FEW - 3
    commit(broker, away, FEW, away.warehouse_mark)
    clock = SystemClock()
    began = clock.monotonic()
    assert store_what_is_left(context, broker, within_s=600) == 0
    assert clock.monotonic() - began < 60, "what a consumer stored there is waited for no more"
