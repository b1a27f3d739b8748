"""What the generated data look like: ranges, references and the shapes a shop's year has."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.seed.calendar import black_friday, summer_sales, winter_sales
from core.seed.generate import generate
from core.seed.places import load_places
from core.seed.spec import SeedSpec

CUSTOMERS, PRODUCTS, ORDERS = 100_000, 2_000, 100_000

CATEGORIES = {
    "T-shirts",
    "Pantalons",
    "Robes",
    "Vestes",
    "Chaussures",
    "Accessoires",
    "Sous-vêtements",
    "Maillots de bain",
}


@dataclass(frozen=True)
class Data:
    """The three files, read by a reader that is not ours."""

    customers: list[dict[str, str]]
    products: list[dict[str, str]]
    orders: list[dict[str, str]]
    moments: list[datetime]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("figures")
    generate(SeedSpec(CUSTOMERS, PRODUCTS, ORDERS), folder)
    customers, products, orders = (
        list(rows(folder / f"{name}.csv")) for name in ("customers", "inventory", "orders")
    )
    return Data(
        customers,
        products,
        orders,
        [datetime.fromisoformat(order["sold_at"]) for order in orders],
    )


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            assert None not in row
            assert None not in row.values()
            yield row


def test_columns_are_those_of_the_design(data: Data) -> None:
    assert list(data.customers[0]) == ["id", "name", "email", "city", "country"]
    assert list(data.products[0]) == ["id", "product_name", "category", "price", "stock_quantity"]
    assert list(data.orders[0]) == [
        "id",
        "customer_id",
        "product_id",
        "quantity",
        "unit_price",
        "sold_at",
    ]


def test_ids_count_up_from_one(data: Data) -> None:
    assert [row["id"] for row in data.customers] == [
        f"CUST_{number:06d}" for number in range(1, CUSTOMERS + 1)
    ]
    assert [row["id"] for row in data.products] == [
        f"PROD_{number:06d}" for number in range(1, PRODUCTS + 1)
    ]
    assert [row["id"] for row in data.orders] == [
        f"ORDER_{number:06d}" for number in range(1, ORDERS + 1)
    ]


def test_orders_refer_to_rows_that_exist_at_their_price(data: Data) -> None:
    customers = {row["id"] for row in data.customers}
    prices = {row["id"]: row["price"] for row in data.products}
    assert all(row["customer_id"] in customers for row in data.orders)
    assert all(prices[row["product_id"]] == row["unit_price"] for row in data.orders)


def test_addresses_are_unique_and_made_of_the_name(data: Data) -> None:
    addresses = [row["email"] for row in data.customers]
    assert len(set(addresses)) == CUSTOMERS
    assert all(address.isascii() and address == address.lower() for address in addresses)
    reserved = (".example", "example.com", "example.net", "example.org")
    assert all(address.endswith(reserved) for address in addresses)
    unaccented = str.maketrans("éèêëîïôç", "eeeeiioc")
    for row in data.customers[:2000]:
        name = row["name"].lower().translate(unaccented)
        first, last = row["email"].split("@")[0].rstrip("0123456789").split(".")
        assert name.startswith(first), row
        assert last.replace("-", " ") in name.replace("-", " "), row


def test_city_lies_in_its_country_and_most_customers_in_france(data: Data) -> None:
    known = {(city, country): people for city, country, people in load_places()}
    lived_in = Counter((row["city"], row["country"]) for row in data.customers)
    assert set(lived_in) <= set(known)
    countries = Counter(row["country"] for row in data.customers)
    assert 0.83 < countries["France"] / CUSTOMERS < 0.87
    assert set(countries) == {"France", "Belgique", "Suisse", "Luxembourg", "Monaco"}
    french = sum(people for (_city, country), people in known.items() if country == "France")
    share = known["Paris", "France"] / french
    assert lived_in["Paris", "France"] / countries["France"] == pytest.approx(share, rel=0.1)


def test_products_are_in_range_and_named_once(data: Data) -> None:
    assert {row["category"] for row in data.products} == CATEGORIES
    names = [(row["category"], row["product_name"]) for row in data.products]
    assert len(set(names)) == PRODUCTS
    assert all(row["price"] == f"{Decimal(row['price']):.2f}" for row in data.products)
    assert all(10 <= Decimal(row["price"]) <= 200 for row in data.products)
    stocks = [int(row["stock_quantity"]) for row in data.products]
    assert (min(stocks), max(stocks)) == (0, 100)


def test_name_and_price_fit_the_category(data: Data) -> None:
    dresses = [row for row in data.products if row["category"] == "Robes"]
    assert all(row["product_name"].startswith("Robe ") for row in dresses)
    jackets = [Decimal(row["price"]) for row in data.products if row["category"] == "Vestes"]
    shirts = [Decimal(row["price"]) for row in data.products if row["category"] == "T-shirts"]
    assert sum(jackets) / len(jackets) > 2 * sum(shirts) / len(shirts)


def test_quantities_are_one_to_five_mostly_one_or_two(data: Data) -> None:
    quantities = Counter(int(row["quantity"]) for row in data.orders)
    assert set(quantities) == {1, 2, 3, 4, 5}
    assert [number for number, _count in quantities.most_common()] == [1, 2, 3, 4, 5]
    assert 0.77 < (quantities[1] + quantities[2]) / ORDERS < 0.83


def test_orders_are_in_the_order_of_time_and_within_the_period(data: Data) -> None:
    assert data.moments == sorted(data.moments)
    assert all(moment.utcoffset() == timedelta(0) for moment in data.moments)
    assert data.moments[0].date() == date(2024, 1, 1)
    assert data.moments[-1].date() == date(2024, 12, 31)
    assert all(len(row["sold_at"]) == len("2024-01-01T00:00:00Z") for row in data.orders)


def test_evenings_are_busy_and_nights_quiet(data: Data) -> None:
    hours = Counter(moment.hour for moment in data.moments)
    assert max(hours, key=hours.__getitem__) in {18, 19, 20}
    assert hours[19] > 15 * hours[3]
    assert min(hours.values()) > 0


def test_weekends_are_busier_than_workdays(data: Data) -> None:
    # Autumn before the November peak: no sales, no holidays.
    autumn = [
        moment for moment in data.moments if date(2024, 9, 2) <= moment.date() < date(2024, 10, 28)
    ]
    days = Counter(moment.weekday() for moment in autumn)
    weekend = (days[5] + days[6]) / 2
    workdays = sum(days[number] for number in range(5)) / 5
    assert 1.25 < weekend / workdays < 1.9


def test_sales_black_friday_and_december_stand_out(data: Data) -> None:
    days = Counter(moment.date() for moment in data.moments)
    busiest = max(days, key=days.__getitem__)
    assert busiest == black_friday(2024) == date(2024, 11, 29)
    ordinary = sum(days[date(2024, 10, number)] for number in range(1, 29)) / 28
    assert days[busiest] > 3 * ordinary
    for first in (winter_sales(2024), summer_sales(2024)):
        week = sum(days[first + timedelta(days=number)] for number in range(7)) / 7
        assert week > 1.5 * ordinary
    months = Counter(moment.month for moment in data.moments)
    assert months[12] > months[10] > months[8]


def test_french_sales_begin_on_their_days() -> None:
    assert winter_sales(2024) == date(2024, 1, 10)
    assert winter_sales(2025) == date(2025, 1, 8)
    assert summer_sales(2024) == date(2024, 6, 26)
    assert summer_sales(2025) == date(2025, 6, 25)
    assert summer_sales(2026) == date(2026, 6, 24)
    assert summer_sales(2027) == date(2027, 6, 30)
    assert black_friday(2025) == date(2025, 11, 28)


def test_some_products_and_customers_are_far_more_popular(data: Data) -> None:
    sold = Counter(row["product_id"] for row in data.orders).most_common()
    top_fifth = sum(count for _id, count in sold[: PRODUCTS // 5]) / ORDERS
    assert 0.55 < top_fifth < 0.70
    assert sold[0][1] > 8 * ORDERS / PRODUCTS
    assert len(sold) > 0.99 * PRODUCTS
    bought = Counter(row["customer_id"] for row in data.orders).most_common()
    best_fifth = sum(count for _id, count in bought[: CUSTOMERS // 5]) / ORDERS
    assert 0.5 < best_fifth < 0.75
