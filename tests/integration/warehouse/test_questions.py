"""Questions of persons to the embedded warehouse: they read, and nothing else comes of them."""

from datetime import UTC, datetime
from decimal import Decimal
from threading import Thread

import pytest

from core.clock import SystemClock
from core.errors import CancelledError, UsageError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.questions import Question
from core.warehouse.shared.holding import Holding
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.sharing import batch
from tests.support.waiting import wait_until

MINUTES = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"


@pytest.fixture
def shared(settings):
    """The holder of the file, and one that asks it over the socket."""
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    assert isinstance(holder._seat, Holding)
    assert not isinstance(asking._seat, Holding)
    yield holder, asking
    asking.close()
    holder.close()


WRITES = (
    "INSERT INTO orders SELECT * FROM orders",
    "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "SET memory_limit = '1GB'",
    "PRAGMA database_list",
    "CHECKPOINT",
    "VACUUM",
    "SELECT * FROM force_checkpoint()",
    "CALL force_checkpoint()",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "BEGIN",
    "SELECT 1; DELETE FROM orders",
    "COPY orders TO '{place}/out.csv'",
    "SELECT * FROM read_text('{place}/secret.txt')",
    "SELECT * FROM read_csv('{place}/secret.txt')",
    "SELECT * FROM '{place}/secret.txt'",
    "SELECT * FROM glob('{place}/*')",
    "ATTACH '{place}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM arrow_scan(1::POINTER, 1::POINTER, 1::POINTER)",
    "FROM secret",
    "SELECT * FROM orders WHERE",
    "PIVOT orders ON product_id",
    "",
    " ; ",
    "-- nothing",
)


@pytest.mark.parametrize("side", [0, 1])
def test_what_does_more_than_read_is_refused_and_changes_nothing(shared, settings, side):
    folder = settings.paths.data
    (folder / "secret.txt").write_text("a\n1\n")
    shared[0].register_partitions(batch(0, 0, 5).identity, {0: 0})
    shared[0].write_batch(batch(0, 0, 5))
    shared[0].merge()
    let_through, told = [], []
    for sql in WRITES:
        try:
            found = shared[side].ask(Question("1", sql.replace("{place}", str(folder))))
        except UsageError as refused:
            told.append(refused.message)
        else:
            let_through.append((sql, found))
    assert let_through == []
    assert all(told)
    assert not any("\n" in message for message in told)
    assert not (folder / "out.csv").exists()
    assert not (folder / "other.duckdb").exists()
    found = shared[side].ask(Question("2", "SELECT count(*) FROM orders"))
    assert found.rows == ((4,),)
    tables = shared[0].ask(Question("3", "SELECT count(*) FROM duckdb_tables() WHERE temporary"))
    assert tables.rows == ((0,),)


@pytest.mark.parametrize("side", [0, 1])
def test_values_of_every_type_arrive_as_they_are(shared, side):
    found = shared[side].ask(
        Question(
            "1",
            """
            SELECT 1 AS whole, 1.50::DECIMAL(10,2) AS money, 'é\x1b' AS text, NULL AS nothing,
                '\\xFF'::BLOB AS raw, TIMESTAMP '2024-01-02 03:04:05' AS moment,
                [1, 2] AS list, {'a': [1], 'b': 'x'} AS parts, MAP {1: 'x'} AS map,
                1e300::DOUBLE AS far, 170141183460469231731687303715884105727::HUGEINT AS huge,
                TIMESTAMPTZ '2024-01-02 03:04:05+00' AS zoned, true AS yes
            UNION ALL BY NAME SELECT 2 AS whole
            ORDER BY whole -- the end
            ;
            """,
        )
    )
    assert [column.name for column in found.columns][:3] == ["whole", "money", "text"]
    assert found.columns[1].type == "DECIMAL(10,2)"
    assert found.cut == ""
    first, second = found.rows
    assert first[:6] == (
        1,
        Decimal("1.50"),
        "é\x1b",
        None,
        b"\xff",
        datetime(2024, 1, 2, 3, 4, 5),  # noqa: DTZ001 - as the warehouse keeps it
    )
    assert first[6] == "[1, 2]"
    assert first[7] == '{"a": [1], "b": "x"}'
    assert first[9:11] == (1e300, 2**127 - 1)
    assert first[11] == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert second[0] == 2
    assert set(second[1:]) == {None}


@pytest.mark.parametrize("side", [0, 1])
def test_rows_and_bytes_are_bounded(shared, side):
    asked = shared[side].ask
    few = asked(Question("1", "SELECT range FROM range(100000000000)", rows=7))
    assert [row[0] for row in few.rows] == list(range(7))
    assert few.cut == "rows"
    wide = asked(Question("2", "SELECT repeat('x', 1000) FROM range(1000000)", size=10_000))
    assert len(wide.rows) == 10
    assert wide.cut == "size"
    whole = asked(Question("3", "SELECT range FROM range(7)", rows=7))
    assert whole.cut == ""
    named = asked(Question("4", "SELECT ?::INTEGER + ?::INTEGER", ("20", "22")))
    assert named.rows == ((42,),)


@pytest.mark.parametrize("side", [0, 1])
def test_a_question_ends_at_its_time_and_the_warehouse_goes_on(shared, side):
    with pytest.raises(CancelledError, match=r"longer than 0\.2 s"):
        shared[side].ask(Question("1", MINUTES, seconds=0.2))
    assert shared[side].ask(Question("1", "SELECT 1")).rows == ((1,),)


@pytest.mark.parametrize("side", [0, 1])
def test_a_question_can_be_cancelled_from_another_thread(shared, side):
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            shared[side].ask(Question("mine", MINUTES))
        except CancelledError as error:
            ended.append(error)

    thread = Thread(target=ask)
    thread.start()
    under_way = shared[0]._seat.warehouse.ask.__self__._under_way
    wait_until(lambda: "mine" in under_way)
    shared[side].cancel_question("another")
    wait_until(lambda: bool(shared[side].cancel_question("mine") or ended))
    thread.join(20)
    assert not thread.is_alive()
    assert "cancelled" in ended[0].message
    assert under_way == {}


def test_a_batch_that_needs_the_memory_ends_what_a_person_asked(settings, monkeypatch):
    """The room that a question takes is given back before anything else would fail for it."""
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            warehouse.ask(Question("mine", MINUTES))
        except Exception as error:  # noqa: BLE001 - compared below
            ended.append(error)

    thread = Thread(target=ask)
    thread.start()
    wait_until(lambda: "mine" in warehouse.ask.__self__._under_way)
    with warehouse._db._admission.alone(warehouse._db._cursors.interrupt_looks):
        thread.join(20)
        assert not thread.is_alive()
    assert "needed the memory" in ended[0].message
    warehouse.close()
