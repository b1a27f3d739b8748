"""One membership of a consumer on a real broker: it joins, stores, tells Kafka, and is gone."""

import threading
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException

from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.consumer.client import leave
from core.consumer.consume_loop import ConsumeLoop
from core.consumer.counters import Counters
from core.consumer.options import ConsumeOptions
from core.consumer.stop_condition import StopCondition
from core.errors import BrokerError
from core.threads import failures
from core.workers import Lifecycle, RunState
from tests.support.breaking import BoomError
from tests.support.consuming import GROUP, TOPIC, MemoryWarehouse
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.topic import publish
from tests.support.waiting import wait_until


class AsCluster:
    """The embedded broker, taken for any cluster: its partitions come by the group."""

    backlog_limit_bytes = None

    def __init__(self, broker: Cluster) -> None:
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)


def session(broker: Any, warehouse: MemoryWarehouse) -> tuple[ConsumeLoop, Lifecycle, Counters]:
    clock = SystemClock()
    options = ConsumeOptions(TOPIC, GROUP, until_caught_up=True, give_up_after_s=10.0)
    life = Lifecycle("consumer", lambda: None)
    counters = Counters(TOPIC, clock)
    stop_condition = StopCondition(broker, options, clock)
    stop_condition.begin()
    made = ConsumeLoop(
        broker,
        warehouse,
        options,
        ORDERS,
        clock=clock,
        life=life,
        counters=counters,
        stop_condition=stop_condition,
    )
    return made, life, counters


@pytest.mark.parametrize("embedded", [True, False])
def test_it_stores_all_tells_kafka_and_leaves(broker: Cluster, embedded: bool) -> None:
    placed = publish(broker.bootstrap_servers, TOPIC, [event(n) for n in range(20)], partition=1)
    warehouse = MemoryWarehouse()
    made, life, counters = session(broker if embedded else AsCluster(broker), warehouse)
    made.run()
    assert warehouse.coordinates == [(part, offset) for part, offset, _value in placed]
    last = counters.latest
    assert last.consumed == 20
    assert last.offsets[1] == 20
    assert last.total_lag == 0
    assert life.state is RunState.DRAINING
    wait_until(lambda: broker.committed(TOPIC, GROUP).get(1) == 20)
    assert "consumer-leaves" not in {thread.name for thread in threading.enumerate()}
    assert made._assignment._consumer is None


def test_what_fails_in_the_client_becomes_an_error_of_ours(broker: Cluster) -> None:
    made, _life, _counters = session(broker, MemoryWarehouse())

    def refused(_consumer: object) -> None:
        raise KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED, "not for you"))

    made._assignment.subscribe = refused  # type: ignore[method-assign]
    with pytest.raises(BrokerError, match=f"reading topic {TOPIC}: not for you"):
        made.run()
    assert "consumer-leaves" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.threads_fail
def test_a_client_that_fails_while_it_leaves_is_reported(
    broker: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    class Falling(Consumer):
        def close(self) -> None:
            super().close()
            raise BoomError("boom")

    leave(Falling(broker.consumer_config("leaving")))
    assert [one.thread for one in failures()] == ["consumer-leaves"]
    assert "thread consumer-leaves failed: boom" in caplog.text
