"""KPI figures against values worked out by hand, on a real warehouse."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from core.kpis import Kpis, read_kpis
from core.pipeline import builtin
from core.warehouse.duckdb.warehouse import DuckDbWarehouse

NEWEST = datetime(2024, 12, 31, 12, 0, tzinfo=UTC)


def read(warehouse: DuckDbWarehouse, as_of: datetime | None = None, days: int = 7) -> Kpis:
    return read_kpis(warehouse, builtin().definition.kpis, as_of=as_of, days=days)


def rows(kpis: Kpis, name: str) -> list[dict[str, object]]:
    """Return a list as results carry it."""
    return kpis.part(name).to_json()


def values(kpis: Kpis, *names: str) -> tuple[object, ...]:
    return tuple(kpis.value(name) for name in names)


@pytest.fixture
def stored(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    """Two products and two customers, no orders."""
    warehouse.setup()
    run(warehouse, "INSERT INTO customers VALUES ('C1', 'Zoé', 'z@e.fr', 'Lyon', 'France')")
    run(warehouse, "INSERT INTO customers VALUES ('C2', 'Luc', 'l@e.fr', 'Lille', 'France')")
    run(warehouse, "INSERT INTO inventory VALUES ('P1', 'Lampe', 'Maison', 10.10, 5)")
    run(warehouse, "INSERT INTO inventory VALUES ('P2', 'Ballon', 'Sport', 20.00, 5)")
    return warehouse


def run(warehouse: DuckDbWarehouse, statement: str, parameters: list[object] | None = None) -> None:
    cursor = warehouse._db.cursor()
    cursor.execute("SET schema = 'mon_schema'")
    cursor.execute(statement, parameters or [])


def sell(
    warehouse: DuckDbWarehouse,
    order: str,
    *,
    ago: timedelta = timedelta(0),
    product: str = "P1",
    customer: str = "C1",
    quantity: int = 1,
    price: str = "10.10",
) -> None:
    """Store an order that was sold some time before NEWEST."""
    sold_at = (NEWEST - ago).replace(tzinfo=None)
    run(
        warehouse,
        "INSERT INTO orders VALUES (?, ?, ?, ?, CAST(? AS DECIMAL(10, 2)), ?, ?, ?, 0)",
        [order, product, customer, quantity, price, sold_at, sold_at, sold_at],
    )


def test_an_empty_warehouse_has_zeros_and_no_moment(stored: DuckDbWarehouse) -> None:
    assert read(stored).to_json() == {
        "total_orders": 0,
        "total_revenue": "0.00",
        "orders_24h": 0,
        "orders_prev_24h": 0,
        "revenue_24h": "0.00",
        "revenue_prev_24h": "0.00",
        "as_of": None,
        "top_products": [],
        "recent_orders": [],
    }
    assert read(stored, as_of=NEWEST).as_of is None
    assert read(stored).empty
    assert rows(read(stored), "revenue_by_day") == []
    assert rows(read(stored), "category_split") == []


def test_windows_end_at_the_newest_sale_and_leave_out_their_start(stored: DuckDbWarehouse) -> None:
    day, second = timedelta(hours=24), timedelta(seconds=1)
    sell(stored, "O1", price="1.00")
    sell(stored, "O2", ago=day - second, price="2.00")
    sell(stored, "O3", ago=day, price="4.00")
    sell(stored, "O4", ago=2 * day - second, price="8.00")
    sell(stored, "O5", ago=2 * day, price="16.00")
    kpis = read(stored)
    assert kpis.as_of == NEWEST
    assert values(kpis, "orders_24h", "revenue_24h") == (2, Decimal("3.00"))
    assert values(kpis, "orders_prev_24h", "revenue_prev_24h") == (2, Decimal("12.00"))
    assert values(kpis, "total_orders", "total_revenue") == (5, Decimal("31.00"))


def test_windows_follow_the_moment_asked_for_in_any_time_zone(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1")
    sell(stored, "O2", ago=timedelta(hours=1))
    moment = NEWEST - timedelta(hours=1)
    for as_of in (moment, datetime.fromisoformat("2024-12-31T13:00:00+02:00")):
        kpis = read(stored, as_of=as_of)
        assert (kpis.as_of, kpis.value("orders_24h")) == (moment, 1)
    assert read(stored, as_of=NEWEST + timedelta(hours=30)).value("orders_prev_24h") == 2


def test_money_is_exact(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1", price="0.10", quantity=3)
    run(stored, "INSERT INTO orders SELECT orders.* FROM orders, range(999)")
    sell(stored, "BIG", price="99999999.99", quantity=2_147_483_647)
    exact = "214748364678525463.53"  # 1,000 times 0.30, and 2,147,483,647 times 99,999,999.99
    kpis = read(stored)
    assert kpis.to_json()["total_revenue"] == exact
    assert rows(kpis, "top_products")[0]["total_revenue"] == exact
    assert [day["revenue"] for day in rows(kpis, "revenue_by_day")] == [exact]
    assert [share["revenue"] for share in rows(kpis, "category_split")] == [exact]


def test_best_sellers_by_revenue_ties_by_id(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1", product="P1", quantity=3, price="10.10")
    sell(stored, "O2", product="P1", quantity=1, price="9.90")
    sell(stored, "O3", product="P2", quantity=2, price="20.10")
    for name in ("PE", "PD", "PC", "PB"):
        sell(stored, f"O{name}", product=name, price="5.00")
    found = rows(read(stored), "top_products")
    assert found[:2] == [
        {
            "product_id": "P1",
            "product_name": "Lampe",
            "category": "Maison",
            "total_quantity": 4,
            "total_revenue": "40.20",
            "order_count": 2,
        },
        {
            "product_id": "P2",
            "product_name": "Ballon",
            "category": "Sport",
            "total_quantity": 2,
            "total_revenue": "40.20",
            "order_count": 1,
        },
    ]
    assert [row["product_id"] for row in found[2:]] == ["PB", "PC", "PD"]
    assert found[2]["product_name"] is None


def test_recent_orders_newest_first_twenty_of_them(stored: DuckDbWarehouse) -> None:
    for number in range(25):
        sell(stored, f"O{number:02}", ago=timedelta(minutes=number // 2))
    recent = rows(read(stored), "recent_orders")
    assert [order["order_id"] for order in recent][:5] == ["O01", "O00", "O03", "O02", "O05"]
    assert len(recent) == 20
    assert recent[0] == {
        "order_id": "O01",
        "customer_name": "Zoé",
        "product_name": "Lampe",
        "quantity": 1,
        "unit_price": "10.10",
        "sold_at": "2024-12-31T12:00:00.000Z",
    }


def test_unknown_customers_and_products_hide_no_order(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1", product="P404", customer="C404")
    kpis = read(stored)
    assert kpis.value("total_orders") == 1
    (order,) = rows(kpis, "recent_orders")
    assert (order["customer_name"], order["product_name"]) == (None, None)
    assert [product["product_id"] for product in rows(kpis, "top_products")] == ["P404"]
    assert kpis.part("top_products").names() == ("P404",)
    assert kpis.part("recent_orders").names() == ("",)


def test_names_that_stand_twice_multiply_nothing(stored: DuckDbWarehouse) -> None:
    run(stored, "INSERT INTO customers SELECT * REPLACE ('Zoé bis' AS name) FROM customers")
    run(stored, "INSERT INTO inventory SELECT * REPLACE ('Autre' AS category) FROM inventory")
    sell(stored, "O1", quantity=2)
    kpis = read(stored)
    assert len(rows(kpis, "recent_orders")) == len(rows(kpis, "top_products")) == 1
    assert kpis.part("top_products").values("total_quantity") == (2,)
    assert kpis.part("category_split").rows == (("Autre", 1, 2, Decimal("20.20")),)


def test_days_without_a_sale_are_there_with_zero(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1", price="1.50", quantity=2)
    sell(stored, "O2", ago=timedelta(days=2), price="7.00")
    sell(stored, "O3", ago=timedelta(days=3), price="9.00")
    assert list(read(stored, days=3).part("revenue_by_day").rows) == [
        (date(2024, 12, 29), 1, Decimal("7.00")),
        (date(2024, 12, 30), 0, Decimal("0.00")),
        (date(2024, 12, 31), 1, Decimal("3.00")),
    ]


def test_categories_by_revenue_unknown_products_apart(stored: DuckDbWarehouse) -> None:
    sell(stored, "O1", product="P1", price="1.00", quantity=2)
    sell(stored, "O2", product="P2", price="5.00")
    sell(stored, "O3", product="P404", price="3.00")
    assert list(read(stored).part("category_split").rows) == [
        ("Sport", 1, 1, Decimal("5.00")),
        (None, 1, 1, Decimal("3.00")),
        ("Maison", 1, 2, Decimal("2.00")),
    ]


def test_hostile_names_are_harmless(stored: DuckDbWarehouse) -> None:
    run(stored, "UPDATE customers SET name = ?", ["\x1b]0;pwned\x07\u202e[red]"])
    run(stored, "UPDATE inventory SET product_name = ?", ["\x9b31mLampe"])
    sell(stored, "O1\u200b")
    text = json.dumps(read(stored).to_json(), ensure_ascii=False)
    assert not set(text) & set("\x1b\x07\u202e\x9b\u200b")
    assert "[red]" in text


@given(
    sales=strategies.lists(
        strategies.tuples(
            strategies.integers(0, 80),
            strategies.integers(1, 5),
            strategies.decimals("0.00", "200.00", places=2),
        ),
        max_size=30,
    )
)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_figures_agree_with_the_same_sums_in_python(
    stored: DuckDbWarehouse, sales: list[tuple[int, int, Decimal]]
) -> None:
    run(stored, "DELETE FROM orders")
    for number, (hours, quantity, price) in enumerate(sales):
        sell(stored, f"O{number}", ago=timedelta(hours=hours), quantity=quantity, price=str(price))
    newest = min((hours for hours, _quantity, _price in sales), default=0)
    last = [sale for sale in sales if sale[0] - newest < 24]
    before = [sale for sale in sales if 24 <= sale[0] - newest < 48]
    kpis = read(stored)
    assert kpis.value("total_revenue") == sum(quantity * price for _hours, quantity, price in sales)
    assert values(kpis, "orders_24h", "orders_prev_24h") == (len(last), len(before))
    assert kpis.value("revenue_24h") == sum(quantity * price for _hours, quantity, price in last)
    assert kpis.value("revenue_prev_24h") == sum(
        quantity * price for _hours, quantity, price in before
    )
