"""A small pipeline that is in order; each test breaks one thing about it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config import Paths, Settings
from core.pipeline import builtin
from core.pipeline.reference_csv import read_reference
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.validation.pipeline import Pipeline
from tests.support.events import event

CUSTOMERS = "id,name,email,city,country\nCUST_000001,Zoé Martin,zoe@example.org,Lyon,France\n"
INVENTORY = "id,product_name,category,price,stock_quantity\nPROD_000001,Lampe,Maison,39.30,7\n"


@pytest.fixture
def fresh(warehouse: DuckDbWarehouse) -> Pipeline:
    """A warehouse with its tables and nothing in them."""
    warehouse.setup()
    return Pipeline(warehouse)


@pytest.fixture(scope="session")
def healthy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a warehouse in order, made once: six orders, their customer and product."""
    folder = tmp_path_factory.mktemp("healthy")
    settings = Settings(paths=Paths(data=folder))
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    warehouse.setup()
    for table, text in (("customers", CUSTOMERS), ("inventory", INVENTORY)):
        (folder / f"{table}.csv").write_text(text)
        warehouse.load_table(table, read_reference(builtin(), table, folder))
    Pipeline(warehouse).consume([event(number) for number in range(1, 7)])
    warehouse.merge()
    warehouse.close()
    return settings.paths.warehouse_file


@pytest.fixture
def pipeline(healthy_file: Path, settings: Settings) -> Iterator[Pipeline]:
    """Six orders, read and merged, with their customer and product; all is well."""
    settings.paths.data.mkdir()
    shutil.copy(healthy_file, settings.paths.warehouse_file)
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    yield Pipeline(warehouse, next_offset=6)
    warehouse.close()
