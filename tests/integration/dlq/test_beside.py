"""A replay beside others that publish: by turns in one process, waiting for another process."""

from dataclasses import replace
from threading import Event, Thread
from time import monotonic

import pytest
from confluent_kafka import Producer

from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import Settings
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.dlq.replay import Replay, Waiting
from core.errors import BrokerError
from core.jobs import dlq
from core.jobs.base import JobContext
from core.producer.shared_capacity import shared_capacity
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.producer.running import held_elsewhere, orders_file, worker
from tests.support.decoding import ORDERS
from tests.support.oracle import check_exactly_once
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def replay_of(
    broker: Cluster, warehouse: DuckDbWarehouse, settings: Settings, **more: object
) -> Replay:
    given: dict[str, object] = {"timeout_s": 20.0, **more}
    return Replay(
        broker,
        warehouse,
        topic=settings.kafka.topic,
        group_id=settings.kafka.group_id,
        lock_file=settings.paths.producer_lock,
        clock=SystemClock(),
        **given,  # type: ignore[arg-type]  # as the test gives them
    )


def dead_letters(
    broker: Cluster, warehouse: DuckDbWarehouse, settings: Settings, count: int
) -> None:
    """Have records that cannot be used in the topic, and as dead letters."""
    client = Producer(broker.producer_config())
    for number in range(count):
        client.produce(settings.kafka.topic, value=b"{%d" % number, key=b"%d" % number)
    assert client.flush(20) == 0
    kafka = settings.kafka
    options = ConsumeOptions(kafka.topic, kafka.group_id, until_caught_up=True)
    consumer = ConsumerWorker(broker, warehouse, options, ORDERS)
    consumer.start()
    assert consumer.join(30)
    assert consumer.error is None


def test_a_replay_goes_beside_the_producer_of_its_process_at_full_rate(
    broker: Cluster, warehouse: DuckDbWarehouse, settings: Settings
) -> None:
    dead_letters(broker, warehouse, settings, 20)
    orders_file(settings, 300_000)
    kafka = settings.kafka
    producer = worker(broker, settings, rate=0)
    consumer = ConsumerWorker(
        broker, warehouse, ConsumeOptions(kafka.topic, kafka.group_id), ORDERS
    )
    consumer.start()
    letters = warehouse.dead_letters()
    producer.start()
    try:
        wait_until(lambda: producer.snapshot().acked > 1_000)
        stop, replay = Event(), replay_of(broker, warehouse, settings)
        published = Thread(target=replay.publish, args=(letters, stop))
        published.start()
        published.join(10)
        assert producer.alive, "the producer must outlast the replay, or this proves nothing"
        stop.set()
        published.join(20)
        assert replay.acked == 20
        before = producer.snapshot().acked
        wait_until(lambda: not producer.alive or producer.snapshot().acked > before + 5_000)
    finally:
        producer.stop()
        assert producer.join(20)
        consumer.finish()
        assert consumer.join(60)
    assert producer.error is None
    assert consumer.error is None
    assert producer.snapshot().failed == 0
    assert len(warehouse.dead_letters()) == 20  # still bad: they came back
    check_exactly_once(broker, warehouse, kafka.topic, kafka.group_id)


def test_a_stop_while_waiting_leaves_the_producer_that_runs_attached(
    broker: Cluster, warehouse: DuckDbWarehouse, settings: Settings
) -> None:
    dead_letters(broker, warehouse, settings, 1)
    kafka, stop, told = settings.kafka, Event(), Event()
    on_way, none = (lambda: 1), (lambda: 0)

    def waiting(_reason: str) -> None:
        told.set()

    with shared_capacity(
        broker,
        kafka.topic,
        kafka.group_id,
        lock_file=settings.paths.producer_lock,
        clock=SystemClock(),
        stopping=lambda: False,
    ) as capacity:
        assert capacity.attach(on_way)
        replay = replay_of(broker, warehouse, settings, waiting=Waiting(waiting))
        published = Thread(target=replay.publish, args=(warehouse.dead_letters(), stop))
        published.start()
        assert told.wait(10)
        stop.set()
        published.join(10)
        assert not published.is_alive()
        assert replay.acked == 0
        assert not capacity.attach(none), "a second producer may not attach beside the first"
        capacity.detach(on_way)


def test_another_process_that_publishes_is_waited_for_by_name_and_a_stop_ends_it_at_once(
    broker: Cluster, warehouse: DuckDbWarehouse, settings: Settings
) -> None:
    dead_letters(broker, warehouse, settings, 3)
    letters, reasons, stop = warehouse.dead_letters(), [], Event()
    with held_elsewhere(settings) as other:
        replay = replay_of(
            broker,
            warehouse,
            settings,
            timeout_s=0.1,
            waiting=Waiting(reasons.append, patient=True),
        )
        published = Thread(target=replay.publish, args=(letters, stop))
        published.start()
        wait_until(lambda: len(reasons) > 3)
        assert f"process {other.pid}" in reasons[0]
        asked = monotonic()
        stop.set()
        published.join(5)
        assert monotonic() - asked < 0.2
        assert (replay.acked, len(warehouse.dead_letters())) == (0, 3)
        patient = replay_of(
            broker, warehouse, settings, waiting=Waiting(reasons.append, patient=True)
        )
        published = Thread(target=patient.publish, args=(letters, Event()))
        reasons.clear()
        published.start()
        wait_until(lambda: reasons)
    published.join(10)
    assert (patient.acked, warehouse.dead_letters()) == (3, [])


def test_the_job_waits_as_long_as_its_timeout_says_then_names_the_holder(
    broker: Cluster,
    warehouse: DuckDbWarehouse,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dead_letters(broker, warehouse, settings, 2)
    warehouse.close()
    short = JobContext(replace(settings, timeout_s=1.0))
    options = dlq.Options(replay=True, yes=True)
    with held_elsewhere(settings) as other:
        began = monotonic()
        with pytest.raises(BrokerError, match=f"process {other.pid}"):
            dlq.run(short, options)
        assert 1.0 <= monotonic() - began < settings.timeout_s
        assert short.known["replayed"] == 0
        told = [record.getMessage() for record in caplog.records]
        assert sum(f"process {other.pid}" in text for text in told) == 1
        waiting = JobContext(settings)
        results: list[dlq.DlqResult] = []
        job = Thread(target=lambda: results.append(dlq.run(waiting, options)))
        caplog.clear()
        job.start()
        wait_until(lambda: any(str(other.pid) in one.getMessage() for one in caplog.records))
    job.join(20)
    assert results[0].replayed == 2
