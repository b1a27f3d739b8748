"""Figures that the merge keeps: the same as counted ones, noticed where not, mended by one call."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings, Thresholds
from core.kpis import read_kpis
from core.pipeline import builtin
from core.validation.context import CheckContext
from core.validation.model import CheckResult, Status
from core.validation.run import checks_of
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.support.events import event

NOW = datetime(2024, 6, 1, tzinfo=UTC)
TOPIC = TopicIdentity("cluster", "orders_topic", "0")
KEPT = builtin().definition.kpis
COUNTED = [kpi.model_copy(update={"kept": None}) for kpi in KEPT]

versions = st.builds(
    lambda number, product, quantity, day, hour: event(
        number,
        product_id=f"PROD_{product}",
        quantity=quantity,
        sold_at=f"2024-05-{day:02}T{hour:02}:30:00Z",
        timestamp=f"2024-05-{day:02}T{hour:02}:30:01Z",
    ),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 23),
)
categories = st.dictionaries(
    st.sampled_from(["PROD_1", "PROD_2", "PROD_3"]), st.sampled_from(["Maison", "Sport"])
)
steps = st.lists(
    st.one_of(st.lists(versions, min_size=1, max_size=6), categories), min_size=1, max_size=6
)


def store(warehouse: DuckDbWarehouse, payloads: Sequence[bytes]) -> None:
    """Store and merge events."""
    (start,) = warehouse.register_partitions(TOPIC, {0: 0}).values()
    offsets = range(start, start + len(payloads))
    moved = OffsetAdvance(0, start, start + len(payloads))
    partitions = [0] * len(payloads)
    warehouse.write_batch(RawBatch(TOPIC, NOW, partitions, offsets, payloads, (), [moved]))
    warehouse.merge()


def reload(warehouse: DuckDbWarehouse, known: dict[str, str]) -> None:
    """Load products of some categories over those that are there."""
    columns = {
        "id": list(known),
        "product_name": [f"{name} of {known[name]}" for name in known],
        "category": list(known.values()),
        "price": ["1.00"] * len(known),
        "stock_quantity": ["1"] * len(known),
    }
    names = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    warehouse.load_table("inventory", pa.table(names))


def check(warehouse: DuckDbWarehouse) -> CheckResult:
    context = CheckContext(warehouse, Thresholds(), NOW)
    return checks_of(builtin().definition)["kept_figures"](context)


def run(warehouse: DuckDbWarehouse, statement: str) -> None:
    warehouse._db.cursor().execute(statement).fetchall()


def same(warehouse: DuckDbWarehouse) -> bool:
    """Whether kept and counted figures are the same, for the newest moment and an earlier one."""
    earlier = datetime(2024, 5, 3, 12, 0, tzinfo=UTC)
    return all(
        [part.rows for part in read_kpis(warehouse, KEPT, as_of=moment, days=3).parts]
        == [part.rows for part in read_kpis(warehouse, COUNTED, as_of=moment, days=3).parts]
        for moment in (None, earlier)
    )


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps)
@pytest.mark.slow
def test_kept_figures_are_those_of_all_orders_whatever_comes(
    tmp_path_factory: pytest.TempPathFactory, work: list[list[bytes] | dict[str, str]]
) -> None:
    paths = Paths(data=tmp_path_factory.mktemp("kept"))
    warehouse = DuckDbWarehouse(Settings(paths=paths), clock=SystemClock())
    for step in work:
        if isinstance(step, dict):
            reload(warehouse, step)
        else:
            store(warehouse, step)
        assert warehouse.rows("kept_sound") == [(True,)]
        assert check(warehouse).status in {Status.PASS, Status.WARN}  # WARN: no orders yet
    assert same(warehouse)
    warehouse.close()


@pytest.fixture
def sold(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    """Two orders of one day, one of the next."""
    store(
        warehouse,
        [
            event(1, product_id="PROD_1", sold_at="2024-05-01T10:00:00Z"),
            event(2, product_id="PROD_2", sold_at="2024-05-01T11:00:00Z"),
            event(3, product_id="PROD_1", sold_at="2024-05-02T10:00:00Z"),
        ],
    )
    return warehouse


def test_an_order_that_moves_takes_its_figures_along(sold: DuckDbWarehouse) -> None:
    store(sold, [event(2, product_id="PROD_1", quantity=5, sold_at="2024-05-02T12:00:00Z")])
    days = sold._db.rows("SELECT sold_on, orders FROM mon_schema.sales_by_day ORDER BY sold_on")
    assert [(day.day, orders) for day, orders in days] == [(1, 1), (2, 2)]
    products = sold._db.rows("SELECT product_id, orders FROM mon_schema.sales_by_product")
    assert products == [("PROD_1", 3)]
    assert check(sold).status is Status.PASS


def test_figures_are_read_from_what_the_merge_kept(sold: DuckDbWarehouse) -> None:
    run(sold, "UPDATE mon_schema.sales_by_day SET revenue = 7 WHERE sold_on = '2024-05-01'")
    run(sold, "UPDATE mon_schema.sales_by_day SET revenue = 1 WHERE sold_on = '2024-05-02'")
    assert str(read_kpis(sold, KEPT).value("total_revenue")) == "8.00"


def test_wrong_figures_fail_a_check_and_are_counted_anew(sold: DuckDbWarehouse) -> None:
    assert check(sold).status is Status.PASS
    run(sold, "UPDATE mon_schema.sales_by_day SET revenue = 1 WHERE sold_on = '2024-05-01'")
    run(sold, "UPDATE mon_schema.sales_by_product SET quantity = 9 WHERE product_id = 'PROD_2'")
    found = check(sold)
    assert found.status is Status.FAIL
    assert "--rebuild-kpis" in found.message
    assert (found.figures["days_differing"], found.figures["products_differing"]) == (1, 1)
    assert [(row["figure"], row["name"]) for row in found.rows] == [
        ("day", "2024-05-01"),
        ("product", "PROD_2"),
    ]
    sold.rebuild_kept()
    assert check(sold).status is Status.PASS
    assert same(sold)


def test_orders_changed_by_hand_are_counted_although_the_figures_know_nothing(
    sold: DuckDbWarehouse,
) -> None:
    run(sold, "DELETE FROM mon_schema.orders WHERE id = 'ORDER_000003'")
    assert read_kpis(sold, KEPT).value("total_orders") == 2
    assert check(sold).status is Status.FAIL


def test_a_file_of_an_earlier_version_gets_its_figures_when_it_is_opened(
    sold: DuckDbWarehouse, settings: Settings
) -> None:
    run(sold, "DROP TABLE mon_schema.sales_by_day")
    run(sold, "DROP TABLE mon_schema.sales_by_product")
    assert read_kpis(sold, KEPT).value("total_orders") == 3  # counted, as nothing is kept
    sold.close()
    again = DuckDbWarehouse(settings, clock=SystemClock())
    assert again.rows("kept_sound") == [(True,)]
    assert check(again).status is Status.PASS
    store(again, [event(4, sold_at="2024-05-03T10:00:00Z")])
    assert same(again)
    again.close()


def test_a_merge_reads_no_row_groups_but_those_of_its_keys(warehouse: DuckDbWarehouse) -> None:
    run(
        warehouse,
        "INSERT INTO mon_schema.orders SELECT concat('ORDER_', 100000 + i), 'P', 'C', 1, 1,"
        " '2024-01-01', '2024-01-01', '2024-01-01', i FROM range(500_000) AS made(i)",
    )
    run(
        warehouse,
        "CREATE TEMP TABLE merge_cast AS SELECT i AS seq, concat('ORDER_', 599900 + i) AS id,"
        " 'P' AS product_id, 'C' AS customer_id, 1 AS quantity, CAST(1 AS DECIMAL(10, 2))"
        " AS unit_price, TIMESTAMP '2024-01-01' AS sold_at, TIMESTAMP '2024-01-01' AS created_at,"
        " TIMESTAMP '2024-01-01' AS event_time, i AS kafka_offset, TRUE AS usable"
        " FROM range(1000) AS made(i)",
    )
    bounds = {"first": "ORDER_599900", "last": "ORDER_600899"}
    for name in ("kept_before", "merge_rows"):
        plan = warehouse._db.cursor().execute(f"EXPLAIN ANALYZE {warehouse._sql(name)}", bounds)
        ((_kind, text),) = plan.fetchall()
        scans = re.findall(r"Scanned: (\d+) / (\d+)", text)
        read, there = max(((int(few), int(many)) for few, many in scans), key=lambda one: one[1])
        assert there >= 4
        assert read <= 2, name
