"""A letter that the broker did not take stays listed, whatever became of its neighbours."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.broker.cluster import Cluster
from core.broker.connect import connect_broker
from core.clock import SystemClock
from core.config import KafkaSettings, Paths, Settings
from core.dlq.replay import Replay
from core.errors import BrokerError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from tests.support.consuming import IDENTITY, START, MemoryBroker, MemoryTopic
from tests.support.topic import read_all
from tests.support.unreliable_broker import PRODUCE, unreliable_broker

TOPIC, GROUP = "orders_topic", "test-group"
REFUSED = 29
"""Not authorised for this topic: an answer that no client repeats."""


class Nowhere(MemoryBroker):
    """A broker that nobody listens for, with a client of librdkafka that soon gives up."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(MemoryTopic(0))
        self._settings = settings

    def producer_config(self, *, paced: bool = False) -> dict[str, Any]:
        del paced
        return {
            "bootstrap.servers": "127.0.0.1:9",
            "log_level": 0,
            "error_cb": lambda _error: None,
            **self._settings,
        }


def letters_of(warehouse: DuckDbWarehouse, *payloads: bytes | None) -> None:
    """Store dead letters as the consumer does."""
    warehouse.register_partitions(IDENTITY, {0: 0})
    letters = [
        DeadLetter(0, number, "invalid_json", "why", b"key %d" % number, payload)
        for number, payload in enumerate(payloads)
    ]
    warehouse.write_batch(
        RawBatch(
            identity=IDENTITY,
            received_at=START,
            partitions=[],
            offsets=[],
            payloads=[],
            dead_letters=letters,
            advances=[OffsetAdvance(0, 0, len(letters))],
        )
    )


def replay_to(broker: Any, warehouse: DuckDbWarehouse, folder: Path, timeout_s: float) -> Replay:
    return Replay(
        broker,
        warehouse,
        topic=TOPIC,
        group_id=GROUP,
        lock_file=folder / "producer.lock",
        clock=SystemClock(),
        timeout_s=timeout_s,
    )


def listed(warehouse: DuckDbWarehouse) -> set[bytes | None]:
    return {letter.payload for letter in warehouse.dead_letters()}


def test_a_letter_whose_delivery_failed_is_neither_counted_nor_marked(
    warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    letters_of(warehouse, b"one", b"two")
    nowhere = Nowhere(**{"message.timeout.ms": 100})
    replay = replay_to(nowhere, warehouse, tmp_path, timeout_s=20)
    with pytest.raises(BrokerError, match="dead letter"):
        replay.publish(warehouse.dead_letters(), Event())
    assert replay.acked == 0
    assert listed(warehouse) == {b"one", b"two"}


def test_what_was_not_acknowledged_in_time_stays_listed_and_is_told_by_number(
    warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    letters_of(warehouse, b"one", b"two", b"three")
    replay = replay_to(Nowhere(), warehouse, tmp_path, timeout_s=0.3)
    with pytest.raises(BrokerError, match="3 dead letters were not acknowledged in time") as caught:
        replay.publish(warehouse.dead_letters(), Event())
    assert "still listed" in caught.value.hint
    assert replay.acked == 0
    assert listed(warehouse) == {b"one", b"two", b"three"}


def test_a_client_that_cannot_be_made_is_an_error_of_ours(
    warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    letters_of(warehouse, b"one")
    replay = replay_to(Nowhere(**{"no.such.setting": 1}), warehouse, tmp_path, timeout_s=1)
    with pytest.raises(BrokerError, match="dead letter"):
        replay.publish(warehouse.dead_letters(), Event())
    assert listed(warehouse) == {b"one"}


@pytest.fixture
def unreliable(settings: Settings) -> Any:
    with unreliable_broker(Paths(data=settings.paths.data / "broker"), partitions=2) as broker:
        yield broker


@pytest.fixture
def cluster(unreliable: Any, settings: Settings) -> Any:
    where = Settings(
        paths=settings.paths,
        kafka=KafkaSettings(bootstrap_servers=unreliable.bootstrap_servers, topic=TOPIC),
        timeout_s=10,
    )
    broker = connect_broker(where, clock=SystemClock(), stop=Event(), start_embedded=False)
    yield broker
    broker.close()


def test_a_refused_letter_stays_listed_and_those_that_went_out_are_marked(
    cluster: Cluster, unreliable: Any, warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    """The keys lie on two partitions; one of the two requests is refused."""
    letters_of(warehouse, *(b"{%d" % number for number in range(8)))
    unreliable.refuse(PRODUCE, REFUSED, 1)
    replay = replay_to(cluster, warehouse, tmp_path, timeout_s=10)
    with pytest.raises(BrokerError, match="dead letter"):
        replay.publish(warehouse.dead_letters(), Event())
    arrived = {value for _part, _offset, value in read_all(unreliable.bootstrap_servers, TOPIC)}
    assert 0 < len(arrived) < 8
    assert replay.acked == len(arrived)
    assert listed(warehouse) == {b"{%d" % number for number in range(8)} - arrived
    again = replay_to(cluster, warehouse, tmp_path, timeout_s=10)
    assert again.publish(warehouse.dead_letters(), Event()) == 8 - len(arrived)
    assert listed(warehouse) == set()
    assert len(read_all(unreliable.bootstrap_servers, TOPIC)) == 8


def test_a_letter_that_the_client_refuses_is_a_failure_and_not_the_end(
    cluster: Cluster, unreliable: Any, warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    large = b"{" + b"x" * 2_000_000
    letters_of(warehouse, b"{1", large, b"{2")
    replay = replay_to(cluster, warehouse, tmp_path, timeout_s=10)
    with pytest.raises(BrokerError, match="dead letter"):
        replay.publish(warehouse.dead_letters(), Event())
    assert replay.acked == 2
    assert listed(warehouse) == {large}


def test_a_stop_before_the_first_letter_publishes_none(
    cluster: Cluster, unreliable: Any, warehouse: DuckDbWarehouse, tmp_path: Path
) -> None:
    letters_of(warehouse, b"{1")
    stop = Event()
    stop.set()
    assert (
        replay_to(cluster, warehouse, tmp_path, timeout_s=10).publish(
            warehouse.dead_letters(), stop
        )
        == 0
    )
    assert listed(warehouse) == {b"{1"}
    assert read_all(unreliable.bootstrap_servers, TOPIC) == []
