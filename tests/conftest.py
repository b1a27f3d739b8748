"""What every test may ask for: settings in a folder of its own, a real broker, a real warehouse."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from hypothesis import settings as hypothesis_settings

from core import threads
from core.broker.cluster import Cluster
from core.broker.connect import connect_broker
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse

hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")  # how long a test takes says how busy the machine is


@pytest.fixture(autouse=True)
def _threads_that_fail_fail_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Watched threads keep an exception from pytest's own net, so it is looked for here."""
    for left in threads.failures():
        threads.forget(left.thread)
    yield
    failed = threads.failures()
    for one in failed:
        threads.forget(one.thread)
    if failed and request.node.get_closest_marker("threads_fail") is None:
        pytest.fail("; ".join(f"thread {one.thread} failed: {one.error}" for one in failed))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an embedded pipeline that nobody else uses."""
    return Settings(paths=Paths(data=tmp_path / "data", reports=tmp_path / "reports"), timeout_s=10)


@pytest.fixture
def broker(settings: Settings) -> Iterator[Cluster]:
    """An embedded broker of this process."""
    cluster = connect_broker(settings, clock=SystemClock(), stop=Event(), start_embedded=True)
    yield cluster
    cluster.close()


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[DuckDbWarehouse]:
    """An empty DuckDB warehouse."""
    opened = DuckDbWarehouse(settings, clock=SystemClock())
    yield opened
    opened.close()
