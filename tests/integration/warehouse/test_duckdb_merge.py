"""The merge: the newest version wins, whatever the order of arrival."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.errors import WarehouseError
from core.warehouse.backlog import MergeBacklog
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import MergeResult, OffsetAdvance, RawBatch
from tests.support.events import event
from tests.support.oracle import oracle_rows

TOPIC = TopicIdentity("cluster", "orders_topic", "0")


def store(warehouse: DuckDbWarehouse, *payloads: bytes) -> None:
    """Store payloads as the next events of partition 0."""
    start = warehouse.register_partitions(TOPIC, {0: 0})[0]
    end = start + len(payloads)
    offsets = list(range(start, end))
    move = OffsetAdvance(0, start, end)
    warehouse.write_batch(
        RawBatch(TOPIC, datetime.now(UTC), [0] * len(offsets), offsets, payloads, [], [move])
    )


def orders(warehouse: DuckDbWarehouse) -> list[tuple[object, ...]]:
    """Return id, quantity and price of every order."""
    return oracle_rows(warehouse, "orders")


def test_new_orders_are_inserted_once(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, event(1), event(2))
    assert warehouse.merge().inserted == 2
    assert warehouse.merge() == MergeResult()
    assert [row[0] for row in orders(warehouse)] == ["ORDER_000001", "ORDER_000002"]


def test_the_backlog_is_known_from_the_first_merge_on_without_reading_the_table(
    settings: Settings,
) -> None:
    before = datetime.now(UTC)
    first = DuckDbWarehouse(settings, clock=SystemClock())
    store(first, event(1), event(2), event(3))
    assert first.merge_backlog() is None  # nobody merged here yet
    first.close()
    again = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        store(again, event(4))
        assert again.merge().taken == 4
        assert again.merge_backlog() == MergeBacklog(0, None)
        store(again, event(5), event(6))
        store(again, event(7))
        waiting = again.merge_backlog()
        assert waiting is not None
        assert (waiting.events, waiting.age_s(datetime.now(UTC)) >= 0) == (3, True)
        assert waiting.oldest_at is not None
        assert waiting.oldest_at >= before
        assert again.rows("inspect_backlog") == [(3,)]
        again.merge()
        assert again.merge_backlog() == MergeBacklog(0, None)
    finally:
        again.close()


def test_a_backlog_is_counted_even_where_the_merge_then_fails(settings: Settings) -> None:
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    store(warehouse, event(1), event(2))
    warehouse.close()
    with duckdb.connect(str(settings.paths.warehouse_file)) as base:
        base.execute("ALTER TABLE mon_schema.orders RENAME unit_price TO price")
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        with pytest.raises(WarehouseError):
            warehouse.merge()
        store(warehouse, event(3))
        backlog = warehouse.merge_backlog()
        assert backlog is not None
        assert backlog.events == 3
    finally:
        warehouse.close()


def test_money_is_exact(warehouse: DuckDbWarehouse) -> None:
    payload = event(1).replace(b"39.3", b"99999999.99")
    store(warehouse, payload)
    warehouse.merge()
    assert orders(warehouse)[0][2] == Decimal("99999999.99")


VERSIONS = [
    event(1, quantity=1, sold_at="2024-05-06T07:00:00Z"),
    event(1, quantity=2, sold_at="2024-05-06T08:00:00Z"),
    event(1, quantity=3, sold_at="2024-05-06T08:00:00Z", timestamp="2024-05-06T09:00:00Z"),
]


@pytest.mark.parametrize("arrival", permutations(VERSIONS))
@pytest.mark.parametrize("together", [True, False])
def test_the_newest_version_stays_in_any_order(
    warehouse: DuckDbWarehouse, arrival: tuple[bytes, ...], together: bool
) -> None:
    total = MergeResult()
    for part in [arrival] if together else [(one,) for one in arrival]:
        store(warehouse, *part)
        total = total.plus(warehouse.merge())
    assert orders(warehouse) == [("ORDER_000001", 3, Decimal("39.30"))]
    assert total.inserted == 1
    assert total.taken == 3


def test_times_are_compared_in_utc(warehouse: DuckDbWarehouse) -> None:
    store(
        warehouse,
        event(1, quantity=1, sold_at="2024-05-06T07:00:00Z"),
        event(1, quantity=2, sold_at="2024-05-06T08:30:00+02:00"),  # 06:30 UTC
    )
    warehouse.merge()
    assert orders(warehouse)[0][1] == 1


def test_what_does_not_cast_is_quarantined_and_blocks_nothing(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, event(1), event(2, quantity="many"), event(3, sold_at="never"))
    result = warehouse.merge()
    assert (result.inserted, result.quarantined) == (1, 2)
    assert {letter.detail for letter in warehouse.dead_letters(reason="cast")} == {
        "quantity",
        "sold_at",
    }
    assert warehouse.merge().taken == 0


def test_the_run_is_logged(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, event(1), event(1))
    warehouse.merge()
    ((taken, stale, duration, delay),) = oracle_rows(warehouse, "runs")
    assert (taken, stale) == (2, 1)
    assert duration > 0
    assert delay >= 0


version = st.tuples(
    st.integers(1, 4),  # order
    st.integers(1, 9),  # quantity
    st.integers(0, 3),  # hour of sold_at
    st.integers(0, 3),  # hour of the event
)


@pytest.mark.slow
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(versions=st.lists(version, min_size=1, max_size=12), cut=st.integers(0, 12))
def test_any_order_and_batching_gives_the_same_table(
    tmp_path_factory: pytest.TempPathFactory,
    versions: list[tuple[int, int, int, int]],
    cut: int,
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    warehouse = DuckDbWarehouse(Settings(paths=Paths(data=folder)), clock=SystemClock())
    try:
        payloads = [
            event(
                number,
                quantity=quantity,
                sold_at=f"2024-05-06T0{sold}:00:00Z",
                timestamp=f"2024-05-07T0{seen}:00:00Z",
            )
            for number, quantity, sold, seen in versions
        ]
        for part in (payloads[:cut], payloads[cut:]):
            if part:
                store(warehouse, *part)
                warehouse.merge()
        newest: dict[int, tuple[tuple[int, int, int], int]] = {}
        for offset, (number, quantity, sold, seen) in enumerate(versions):
            rank = (sold, seen, offset)
            if number not in newest or rank > newest[number][0]:
                newest[number] = (rank, quantity)
        expected = [(f"ORDER_{n:06d}", q, Decimal("39.30")) for n, (_, q) in sorted(newest.items())]
        assert orders(warehouse) == expected
    finally:
        warehouse.close()
