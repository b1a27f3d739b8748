"""The console on a real cluster: its producer looks for the topic first, as the job does."""

from dataclasses import replace

import pytest

from core.config import KafkaSettings, Settings
from core.jobs import produce, seed
from core.operations.controller import Controller
from core.workers import RunState
from tests.support.kafka_work import Work
from tests.support.waiting import wait_until


@pytest.fixture
def controller(work: Work, settings: Settings):
    opened = Controller(
        replace(
            settings,
            kafka=KafkaSettings(
                work.servers, topic=work.topic, group_id=work.group, client=dict(work.settings)
            ),
        )
    )
    opened.open()
    wait_until(lambda: opened.ready)
    yield opened
    opened.close()


def test_a_missing_topic_is_told_and_once_it_is_there_events_go_out(
    controller: Controller, work: Work
) -> None:
    controller.generate(seed.Options(customers=10, products=5, orders=40))
    wait_until(lambda: controller.snapshot().seed.result)
    assert controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller.snapshot().producer.state is RunState.FAILED)
    told = controller.snapshot().producer
    assert f"topic {work.topic} does not exist" in told.error
    assert "KAFKA_TOPIC_PARTITIONS" in told.hint
    assert work.topic not in work.admin.list_topics(timeout=10).topics
    work.make_topic(2)
    assert controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller.snapshot().producer.acked == 40)
    assert controller.snapshot().producer.error == ""


def test_another_group_can_be_watched(work: Work, settings: Settings) -> None:
    """As when another engine stores the events."""
    work.make_topic(1)
    work.publish_orders(7)
    kafka = KafkaSettings(
        work.servers,
        topic=work.topic,
        group_id="nobody",
        client=dict(work.settings),
        watch_group_id=work.group,
    )
    controller = Controller(replace(settings, kafka=kafka), read_only=True)
    controller.open()
    try:
        wait_until(lambda: (watch := controller.snapshot().watch.value) and watch.total_lag == 7)
        commit(work, 5)
        wait_until(lambda: (watch := controller.snapshot().watch.value) and watch.total_lag == 2)
    finally:
        controller.close()


def commit(work: Work, offset: int) -> None:
    """Commit as the watched group, as its engine would."""
    from confluent_kafka import Consumer, TopicPartition

    client = Consumer({"bootstrap.servers": work.servers, "group.id": work.group, "log_level": 0})
    client.commit(offsets=[TopicPartition(work.topic, 0, offset)], asynchronous=False)
    client.close()
