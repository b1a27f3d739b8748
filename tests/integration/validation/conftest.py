"""A small pipeline that is in order; each test breaks one thing about it."""

from pathlib import Path

import pytest

from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.validation.pipeline import Pipeline
from tests.support.events import event


@pytest.fixture
def fresh(warehouse: DuckDbWarehouse) -> Pipeline:
    """A warehouse with its tables and nothing in them."""
    warehouse.setup()
    return Pipeline(warehouse)


@pytest.fixture
def pipeline(fresh: Pipeline, tmp_path: Path) -> Pipeline:
    """Six orders, read and merged, with their customer and product; all is well."""
    customers = tmp_path / "customers.csv"
    customers.write_text(
        "id,name,email,city,country\nCUST_000001,Zoé Martin,zoe@example.org,Lyon,France\n"
    )
    inventory = tmp_path / "inventory.csv"
    inventory.write_text(
        "id,product_name,category,price,stock_quantity\nPROD_000001,Lampe,Maison,39.30,7\n"
    )
    fresh.warehouse.load_table("customers", customers)
    fresh.warehouse.load_table("inventory", inventory)
    fresh.consume([event(number) for number in range(1, 7)])
    fresh.warehouse.merge()
    return fresh
