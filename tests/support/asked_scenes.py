"""What screens ask for, still: a real topic and a real warehouse whose contents never change.

Records, rows, letters and the answers are those of the product; only the cluster is posed, for an
embedded broker has neither a second group nor settings, and another address each time.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, cast

from confluent_kafka import Producer

from core.broker.base import Broker
from core.broker.connect import connect_broker
from core.broker.identity import TopicIdentity
from core.broker.inventory import (
    BrokerFacts,
    ConfigFact,
    GroupFacts,
    GroupMember,
    GroupOffset,
    Inventory,
    PartitionFacts,
    Problem,
    TopicFacts,
)
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.batch import build_batch
from core.jobs import load
from core.jobs.base import JobContext
from core.operations.asker import Asked
from core.operations.asking import Asking
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.core_texts import told
from tests.support.decoding import ORDERS
from tests.support.engine_parity import Record
from tests.support.events import event
from tests.support.moments import NOW

PARTS = 4
EVENTS = 400
_HEADERS = (("source", b"webshop"), ("trace-id", b"4bf92f3577b34da6"))
_IDENTITY = TopicIdentity("cluster", "orders_topic", "one")


class StoppedClock(SystemClock):
    """Time does not go on, so that no answer took any; waits are real."""

    def now(self) -> datetime:
        """Return the moment of all pictures."""
        return NOW

    def monotonic(self) -> float:
        """Return the same each time."""
        return 0.0


@dataclass(frozen=True)
class Stock:
    """The open back ends."""

    settings: Settings
    warehouse: Warehouse
    broker: Broker

    def asking(self) -> "PosedAsking":
        """Return who asks them, and remembers no question."""
        (self.settings.paths.data / "sql_history.jsonl").unlink(missing_ok=True)
        return PosedAsking(
            self.settings, StoppedClock(), lambda: self.warehouse, lambda: self.broker
        )


class PosedAsking(Asking):
    """Asks what is really there, but of the cluster tells what is posed."""

    def survey(self) -> int:
        """Return at once: the cluster is known."""
        self.surveys.latest = Asked(number=1, answered=1, result=_cluster(), at=NOW)
        return 1


@contextmanager
def stocked(folder: Path, seed: Path) -> Iterator[Stock]:
    """Publish and store the same events each time. seed: a folder with the reference files."""
    settings = Settings(paths=Paths(data=folder))
    folder.mkdir()
    settings.paths.seed.symlink_to(seed)
    with ExitStack() as opened:
        broker = opened.enter_context(
            closing(
                connect_broker(settings, clock=SystemClock(), stop=Event(), start_embedded=True)
            )
        )
        producer = Producer(broker.producer_config())
        for number, (key, value) in enumerate(_events()):
            at = NOW - timedelta(seconds=EVENTS - number)
            producer.produce(
                settings.kafka.topic,
                value,
                key,
                partition=number % PARTS,
                timestamp=int(at.timestamp() * 1_000),
                headers=list(_HEADERS),
            )
        assert producer.flush(20) == 0
        clock = StoppedClock()
        warehouse = opened.enter_context(closing(DuckDbWarehouse(settings, clock=clock)))
        load.load(JobContext(settings, clock=clock), warehouse, load.Options())
        _store(warehouse)
        yield Stock(settings, warehouse, cast("Broker", _Named(broker)))


def _events() -> Iterator[tuple[bytes, bytes | None]]:
    """Return keys and values, oldest first; some cannot be used, one order comes twice."""
    bad = {17: b'{"event_type": "order_created", "order": {\xff', 61: None, 90: b"[1, 2]"}
    for number in range(EVENTS):
        order = 42 if number == EVENTS - 20 else number
        changes = {
            "product_id": f"PROD_{number * 37 % 200 + 1:06d}",
            "customer_id": f"CUST_{number * 71 % 1_000 + 1:06d}",
            "quantity": -1 if number % 97 == 7 else number % 5 + 1,
            "unit_price": f"{number * 13 % 190 + 10}.90",
            "sold_at": f"2024-05-{number % 28 + 1:02d}T{number % 24:02d}:08:09Z",
        }
        value = bad.get(number, event(order, **changes))
        yield b"ORDER_%06d" % order, value


def _store(warehouse: Warehouse) -> None:
    """Store them as the consumer does, in batches that came one after another, and merge."""
    records = [
        Record((number % PARTS, number // PARTS), value, key, _HEADERS)
        for number, (key, value) in enumerate(_events())
    ]
    positions = warehouse.register_partitions(_IDENTITY, dict.fromkeys(range(PARTS), 0))
    size = EVENTS // 8
    for first in range(0, EVENTS, size):
        at = NOW - timedelta(seconds=EVENTS - first - size)
        part = records[first : first + size]
        batch = build_batch(part, _IDENTITY, positions, at, ORDERS, contiguous_offsets=True).raw
        warehouse.write_batch(batch)
        positions |= {move.partition: move.next_offset for move in batch.advances}
    warehouse.merge()


def _partitions(count: int, records: int, *, lacking: bool = False) -> tuple[PartitionFacts, ...]:
    return tuple(
        PartitionFacts(
            number,
            number % 3 + 1,
            (1, 2, 3),
            (1, 3) if lacking and number == 1 else (1, 2, 3),
            0,
            records + number,
            records + number,
        )
        for number in range(count)
    )


def _group(name: str, state: str, committed: int | None, members: int) -> GroupFacts:
    return GroupFacts(
        name,
        state,
        "consumer" if members else "classic",
        coordinator=2,
        members=tuple(
            GroupMember(
                f"{name}-{number}",
                f"rdkafka-{number}",
                f"/10.0.4.{number + 11}",
                (("orders_topic", number),),
            )
            for number in range(members)
        ),
        offsets=tuple(
            GroupOffset("orders_topic", part, committed, 16_030 + part) for part in range(PARTS)
        ),
    )


_KEPT = {"retention.ms": "604800000", "retention.bytes": "-1", "cleanup.policy": "delete"}
_CLUSTER = Inventory(
    topics=(
        TopicFacts("__consumer_offsets", _partitions(50, 1_204), internal=True, settings=_KEPT),
        TopicFacts(
            "orders_topic",
            _partitions(PARTS, 16_030, lacking=True),
            settings=_KEPT | {"retention.ms": "-1", "max.message.bytes": "2097152"},
            changed=(
                ConfigFact("retention.ms", "-1", "604800000"),
                ConfigFact("max.message.bytes", "2097152", "1048588"),
            ),
        ),
        TopicFacts("payments", _partitions(12, 1_204_318), settings=_KEPT),
        TopicFacts("warehouse.public.stock_levels_by_region_v2", _partitions(1, 0)),
    ),
    groups=(
        _group("snowflake-consumer-group", "stable", 15_990, 2),
        _group("billing-nightly", "empty", 4_000, 0),
        _group("fraud-scoring-eu-west-1-blue", "preparing_rebalancing", None, 3),
    ),
    brokers=tuple(
        BrokerFacts(
            number,
            f"b-{number}.orders.example.net",
            9_092,
            f"eu-west-1{'abc'[number - 1]}",
            controller=number == 2,
            leads=22 + number,
            copies=67,
        )
        for number in (1, 2, 3)
    ),
    done=True,
)


def _cluster() -> Inventory:
    """Return the cluster; what is wrong is said in the language of the moment."""
    wrong = told("{doing}: {reason}", doing=told("looking at the topic"), reason="Not authorized")
    return replace(_CLUSTER, problems=(Problem("groups", wrong, ""),))


class _Named:
    """A broker whose topic always has the same identity, so that events keep their names."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def identity(self, _topic: str) -> TopicIdentity:
        """Return that under which they were stored."""
        return _IDENTITY

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)
