"""Orders on their way through the embedded broker into the fake Snowflake, harmed on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import Settings
from core.config.load import load_settings
from core.warehouse.snowflake.scripts import script_statements
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.processes import Dropship, Ended, Running
from tests.support.proxy import Proxy
from tests.support.topic import read_all
from tests.support.waiting import wait_until

TOPIC = "orders_topic"
GROUP = "snowflake-consumer-group"


def make_tables(warehouse: SnowflakeWarehouse) -> None:
    """Make what the fake has a use for: rights and users cost time and do nothing there."""
    session = warehouse._sessions.mine()
    for name in ("01_warehouse_database_schema", "03_tables", "04_stream_and_task"):
        for statement in script_statements(name, warehouse._identifiers):
            session.run(statement)


class Flow:
    """A broker with events, and the command reaching the fake through the proxy only.

    The warehouse that asks (the oracle) goes past the proxy.
    """

    def __init__(self, fake: FakeSnowflake, proxy: Proxy, dropship: Dropship, schema: str) -> None:
        self.proxy = proxy
        self.dropship = dropship
        self.env = fake.environ(schema, port=proxy.port)
        loaded = load_settings(environ=fake.environ(schema))
        self.settings: Settings = replace(loaded, timeout_s=10.0)

    @property
    def place(self) -> str:
        """What the full names of this schema's tables begin with, where locks are shown."""
        return f"MA_BASE.{self.settings.schema.upper()}."

    def prepare(self) -> None:
        """Make the tables, the seed and the broker."""
        with self.warehouse() as warehouse:
            make_tables(warehouse)
        size = ("--customers", "50", "--products", "20", "--orders", "3000")
        self.dropship("seed", *size).done()
        self.dropship.start_broker()

    @contextmanager
    def warehouse(self) -> Iterator[SnowflakeWarehouse]:
        """Open the warehouse in this process, past the proxy."""
        opened = SnowflakeWarehouse(self.settings, clock=SystemClock())
        try:
            yield opened
        finally:
            opened.close()

    def produce(self, *arguments: str) -> int:
        """Publish; return how many events were acknowledged."""
        return int(self.dropship("produce", *arguments).done()["acked"])

    def start_stream(self, rate: int, *arguments: str) -> Running:
        """Start a producer that streams until it is stopped."""
        return self.dropship.start("produce", "--mode", "stream", "--rate", str(rate), *arguments)

    def consume(self, *arguments: str) -> Ended:
        """Read what the topic holds by now, through the proxy."""
        return self.dropship("consume", "--until-caught-up", *arguments, env=self.env)

    def start_consumer(self, *arguments: str) -> Running:
        """Start a consumer that reads until it is stopped, through the proxy."""
        return self.dropship.start("consume", *arguments, env=self.env)

    def wait_stored(
        self, cluster: Cluster, warehouse: SnowflakeWarehouse, wanted: int, seconds: float = 30.0
    ) -> None:
        """Wait until so many offsets are stored."""
        identity = cluster.identity(TOPIC)
        wait_until(
            lambda: sum(warehouse.stored_offsets(identity).values()) >= wanted,
            seconds=seconds,
            what=f"{wanted} offsets were never stored",
        )

    def check(self, acked: int) -> None:
        """Fail unless every acknowledged event is stored once and its order is the newest."""
        with self.dropship.broker() as cluster, self.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, TOPIC, GROUP)
            records = read_all(cluster.bootstrap_servers, TOPIC)
            assert len(records) == acked
            while warehouse.merge().taken:
                pass
            check_newest_orders(records, oracle_rows(warehouse, "orders"))
