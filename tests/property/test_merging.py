"""The merge against a reference in plain Python: any order, any batches, any repeats."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch, Row
from tests.support.decoding import parse_strict
from tests.support.events import event

pytestmark = pytest.mark.slow

# The same two moments in several spellings, and one between them.
MOMENTS = (
    "2024-05-06T09:00:00Z",
    "2024-05-06T11:00:00+02:00",
    "2024-05-06T09:00:00.000Z",
    "2024-05-06T08:59:59.999999Z",
    "2024-05-06T04:00:00-05:00",
    "2024-05-06T10:00:00Z",
)
PRICES = (b"39.3", b"39.30", b"3930e-2", b'"39.30"', b"0", b"99999999.99")
ORDERS = """
    SELECT id, product_id, customer_id, quantity, unit_price, sold_at FROM mon_schema.orders
    WHERE starts_with(id, ?) ORDER BY id
"""


@dataclass(frozen=True)
class Version:
    """One version of an order, somewhere in a topic. Its id gets the number of the run in front."""

    source: int
    partition: int
    payload: bytes


versions = st.builds(
    lambda source, partition, number, quantity, price, sold, seen, product: Version(
        source,
        partition,
        event(
            quantity=quantity,
            id=f"RUN_{number}",
            sold_at=sold,
            timestamp=seen,
            product_id=f"PROD_{product:06d}",
        ).replace(b"39.3", price),
    ),
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(PRICES),
    st.sampled_from(MOMENTS),
    st.sampled_from(MOMENTS[:3]),
    st.integers(1, 2),
)
batchings = st.lists(st.integers(1, 6), min_size=1, max_size=12)


class Bench:
    """One warehouse for all examples; each run of one has orders and topics of its own."""

    def __init__(self, warehouse: DuckDbWarehouse) -> None:
        self._warehouse = warehouse
        self._run = 0

    def merged(self, arrival: Sequence[tuple[Version, int]], batches: list[int]) -> list[Row]:
        """Return orders after the versions, each with its offset, came in so many at a time."""
        self._run += 1
        taken, rest = 0, list(arrival)
        while rest:
            size = batches[taken % len(batches)]
            self._store(rest[:size])
            rest = rest[size:]
            if taken % 2 == 0:
                self._warehouse.merge()
            taken += 1
        self._warehouse.merge()
        assert self._warehouse.merge().taken == 0
        own = f"{self._run}_"
        found = self._warehouse._db.rows(ORDERS, [own])
        return [(row[0].removeprefix(own), *row[1:]) for row in found]

    def _store(self, batch: list[tuple[Version, int]]) -> None:
        """Store versions with given offsets: here they need not follow each other."""
        for source in (0, 1):
            topic = TopicIdentity("cluster", "orders_topic", f"{self._run}-{source}")
            own = [(version, offset) for version, offset in batch if version.source == source]
            parts = sorted({version.partition for version, _offset in own})
            if not own:
                continue
            starts = self._warehouse.register_partitions(topic, dict.fromkeys(parts, 0))
            named = b'"%d_RUN' % self._run
            self._warehouse.write_batch(
                RawBatch(
                    topic,
                    datetime.now(UTC),
                    [version.partition for version, _offset in own],
                    [offset for _version, offset in own],
                    [version.payload.replace(b'"RUN', named) for version, _offset in own],
                    (),
                    [OffsetAdvance(part, starts[part], starts[part] + 1) for part in parts],
                )
            )


def reference(arrival: Sequence[tuple[Version, int]]) -> list[Row]:
    """Return what `orders` must hold: the newest version, ties settled by what it says."""
    newest: dict[str, tuple[object, ...]] = {}
    for version, offset in arrival:
        seen = parse_strict(version.payload)
        order = seen.order
        told = (order.product_id, order.customer_id, order.quantity, order.unit_price)
        rank = (order.sold_at, seen.timestamp, offset, *told)
        newest[order.id] = max(newest.get(order.id, rank), rank)
    return [
        (key, product, customer, quantity, price, sold.replace(tzinfo=None))
        for key, (sold, _seen, _offset, product, customer, quantity, price) in sorted(
            newest.items()
        )
    ]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    paths = Paths(data=tmp_path_factory.mktemp("merging"))
    warehouse = DuckDbWarehouse(Settings(paths=paths), clock=SystemClock())
    yield Bench(warehouse)
    warehouse.close()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_any_order_any_batches_and_any_repeats_give_the_reference(
    bench: Bench, data: st.DataObject
) -> None:
    written = data.draw(st.lists(versions, min_size=1, max_size=14))
    offsets: dict[tuple[int, int], int] = {}
    placed = []
    for version in written:
        place = (version.source, version.partition)
        placed.append((version, offsets.get(place, 0)))
        offsets[place] = offsets.get(place, 0) + 1
    arrival = data.draw(st.permutations(placed))
    again = data.draw(st.lists(st.sampled_from(placed), max_size=4))
    expected = reference(placed)
    assert bench.merged(arrival, data.draw(batchings)) == expected
    assert bench.merged([*arrival[::-1], *again], data.draw(batchings)) == expected
