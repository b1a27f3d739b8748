"""A person's questions to Snowflake: read, bounded, cancelled there; pages and traces."""

from dataclasses import replace
from threading import Thread

import pytest

from core.config import Settings
from core.errors import CancelledError, DropshipError, UsageError
from core.operations.trace import trace
from core.query.pages import PAGE, Page
from core.warehouse.questions import Question
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.sharing import TOPIC, batch
from tests.support.waiting import wait_until

MINUTES = "SELECT COUNT(*) FROM range(90000) AS a, range(90000) AS b WHERE a.range * b.range = 7"


@pytest.fixture
def stored(warehouse: SnowflakeWarehouse) -> SnowflakeWarehouse:
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, 0, 40))
    warehouse.merge()
    return warehouse


def test_rows_come_with_their_columns_up_to_the_limit(stored: SnowflakeWarehouse) -> None:
    found = stored.ask(
        Question("1", "SELECT id, quantity, unit_price FROM orders ORDER BY id", rows=5)
    )
    assert [column.name for column in found.columns] == ["ID", "QUANTITY", "UNIT_PRICE"]
    assert [row[0] for row in found.rows] == [f"ORDER_{number:06d}" for number in range(1, 6)]
    assert found.cut == "rows"
    assert found.columns[0].type == "TEXT"


@pytest.mark.parametrize(
    "sql", ["DELETE FROM orders", "CALL merge_orders()", "SELECT 1; SELECT 2", "SELECT SYSTEM$X(1)"]
)
def test_what_writes_is_never_sent(stored: SnowflakeWarehouse, sql: str) -> None:
    with pytest.raises(UsageError):
        stored.ask(Question("1", sql))


def test_a_statement_that_is_wrong_is_the_fault_of_who_wrote_it(stored: SnowflakeWarehouse) -> None:
    with pytest.raises(UsageError) as refused:
        stored.ask(Question("1", "SELECT nothing FROM nowhere"))
    assert "\n" not in refused.value.message


def test_a_question_is_cancelled_from_another_thread(stored: SnowflakeWarehouse) -> None:
    ended: list[DropshipError] = []

    def ask() -> None:
        try:
            stored.ask(Question("mine", MINUTES, seconds=120))
        except DropshipError as error:
            ended.append(error)

    thread = Thread(target=ask)
    thread.start()
    sessions = stored._sessions
    wait_until(lambda: thread in sessions._open and sessions._open[thread].busy)
    wait_until(lambda: bool(stored.cancel_question("mine") or ended))
    thread.join(20)
    assert not thread.is_alive()
    assert isinstance(ended[0], CancelledError)
    assert stored.ask(Question("2", "SELECT COUNT(*) FROM orders")).rows == ((37,),)


def test_pages_are_sorted_and_filtered(stored: SnowflakeWarehouse, settings: Settings) -> None:
    page = Page("orders", sort="ID", order="DESC")
    found = stored.ask(page.question(settings.pipeline, settings.engine, "1"))
    assert len(found.rows) == 37 < PAGE
    ids = [row[0] for row in found.rows]
    assert ids == sorted(ids, reverse=True)
    columns = tuple(column.name for column in found.columns)
    words = replace(page, columns=columns).filtered("order_000007 cust_")
    assert len(stored.ask(words.question(settings.pipeline, settings.engine, "2")).rows) == 1
    equal = Page("orders", where=(("ID", ("ORDER_000003", "ORDER_000004")),))
    assert len(stored.ask(equal.question(settings.pipeline, settings.engine, "3")).rows) == 2


def test_a_key_is_found_in_every_table(stored: SnowflakeWarehouse, settings: Settings) -> None:
    def away() -> None:
        raise DropshipError("no broker")

    found = trace("ORDER_000007", settings, stored, away, lambda: "1")  # type: ignore[arg-type]
    assert dict(found.problems) == {"records": "no broker"}
    assert (len(found.events.rows), len(found.row.rows)) == (1, 1)  # type: ignore[union-attr]
    letters = trace("k\xff", settings, stored, away, lambda: "2")  # type: ignore[arg-type]
    assert letters.letters is not None
