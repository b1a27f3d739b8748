"""A fake Snowflake for all tests of this folder, and a schema of its own for each test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.config.load import load_settings
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.fakesnow.environment import FakeSnowUnavailableError, fakesnow_python
from tests.support.fakesnow.start import FakeSnowflake, fake_snowflake
from tests.support.processes import Dropship, commands
from tests.support.snowflake_flow import make_tables

_SCHEMAS = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: it needs the fake, and time where the machine is busy."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("snowflake")
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeSnowflake]:
    """The fake Snowflake, one for the whole run; skips where it cannot be had, and says why."""
    try:
        fakesnow_python()
    except FakeSnowUnavailableError as error:
        pytest.skip(str(error))
    with fake_snowflake(tmp_path_factory.mktemp("fakesnow")) as running:
        yield running


@pytest.fixture
def schema() -> str:
    """The name of a schema that no other test uses."""
    return f"test_{next(_SCHEMAS)}"


@pytest.fixture
def settings(fake: FakeSnowflake, schema: str, tmp_path: Path) -> Settings:
    """Settings of that schema, in an empty folder."""
    return load_settings(
        environ=fake.environ(schema), data_dir=tmp_path / "data", reports_dir=tmp_path / "reports"
    )


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[SnowflakeWarehouse]:
    """That schema with its tables."""
    opened = SnowflakeWarehouse(settings, clock=SystemClock())
    make_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    """The command in an empty folder."""
    with commands(tmp_path) as command:
        yield command
