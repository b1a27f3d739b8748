"""The rows of tables and SQL by their keys, on a real warehouse."""

import csv
import json
from threading import Event

import pyarrow.parquet as pq
import pytest
from confluent_kafka import Producer

from core.jobs import produce, seed
from core.operations.backends import Backends
from core.text import _
from tests.support.events import event
from tui.dialogs.row_details import RowDetails
from tui.screens.sql import SqlScreen
from tui.screens.table import TableScreen
from tui.screens.trace import TraceScreen

pytestmark = pytest.mark.slow


async def filled(here, orders=450):
    """Store some orders, one page and more."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(lambda: controller.snapshot().seed.result)
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    await here.until(lambda: controller.snapshot().merge.total.taken >= orders)


async def open_table(here, name="orders"):
    await here.press("7")
    pane = here.console.chosen
    await here.until(lambda: pane.rows_view.rows)
    pane.rows_view.point_at(name)
    await here.press("enter")
    await here.until(lambda: isinstance(here.console.screen, TableScreen))
    await rows(here)
    return here.console.screen


async def rows(here):
    """Wait until what was asked last is shown."""
    screen = here.console.screen
    await here.until(lambda: not screen.asker.latest.running and not screen.asker.latest.error)
    await here.until(
        lambda: (
            (found := screen.asker.latest.result) and screen.grid.found is screen.shown_of(found)
        )
    )


@pytest.mark.parametrize(
    ("table", "bad"), [("orders_events", 0), ("dead_letters", 1), ("customers", 0)]
)
def test_o_traces_what_a_stored_record_is_about(play, table, bad):
    async def script(here):
        controller = here.console.controller
        await here.until(lambda: controller.ready)
        controller.start_consumer()
        producer = Producer(controller._broker.producer_config())
        producer.produce("orders_topic", event(7, quantity=-1 if bad else 1), b"k")
        assert producer.flush(20) == 0
        await here.until(lambda: controller.snapshot().consumer.inserted == 1 - bad)
        await here.until(lambda: controller.snapshot().consumer.dead_lettered == bad)
        await open_table(here, table)
        await here.press("o")
        if table == "customers":
            assert isinstance(here.console.screen, TableScreen)
            assert here.told
        else:
            await here.until(lambda: isinstance(here.console.screen, TraceScreen))
            assert here.console.screen.key == "ORDER_000007"

    play(script)


def column(screen, name):
    names = [one.name for one in screen.grid.found.columns]
    return [row[names.index(name)] for row in screen.grid.found.rows]


async def narrow_and_export(here, screen):
    await here.press("slash", *"000042", "enter")
    await rows(here)
    assert column(screen, "id") == ["ORDER_000042"]
    assert "/000042" in here.text
    await here.press("enter")
    assert isinstance(here.console.screen, RowDetails)
    assert any("ORDER_000042" in line.text for line in here.console.screen.lines)
    await here.press("escape")
    await here.until(lambda: here.console.screen is screen)

    await here.press("l", "minus")
    assert screen.grid.hidden == 1
    assert "product_id" not in "".join(line.text for line in screen.grid.lines)
    await here.press("plus")
    assert screen.grid.hidden == 0

    await here.press("w")
    folder = here.console.controller.settings.paths.data / "exports"
    await here.until(lambda: len(list(folder.glob("table_orders_*"))) == 3)
    (exact,) = folder.glob("*.parquet")
    assert pq.read_table(exact).column("id").to_pylist() == ["ORDER_000042"]
    assert str(pq.read_table(exact).schema.field("unit_price").type).startswith("decimal")
    await here.press("escape")
    await rows(here)
    assert len(screen.grid.found.rows) == 200
    await here.press("w")
    await here.until(lambda: len(list(folder.glob("*.parquet"))) == 2)
    newest = max(folder.glob("*.csv"), key=lambda file: file.stat().st_mtime_ns)
    with newest.open() as file:
        assert len(list(csv.DictReader(file))) == 450
    objects = json.loads(newest.with_suffix(".json").read_text())
    assert len({one["id"] for one in objects}) == 450
    await here.press("escape")
    assert not isinstance(here.console.screen, TableScreen)
    assert here.console.chosen.NAME == "warehouse"


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_a_table_is_paged_sorted_filtered_and_exported_by_keys(play, code, size):
    async def script(here):
        await filled(here)
        screen = await open_table(here)
        assert len(screen.grid.found.rows) == 200
        assert "ORDER_" in here.text
        await here.press("s")
        await rows(here)
        up = column(screen, "id")
        assert up == sorted(up)
        assert "id▲" in here.text
        await here.press("s")
        await rows(here)
        down = column(screen, "id")
        assert down == sorted(down, reverse=True)
        await here.press("n")
        await rows(here)
        second = column(screen, "id")
        assert second[0] < down[-1]
        assert not set(second) & set(down)
        await here.press("n")
        await rows(here)
        await here.press("n")
        assert here.told[-1] == _("There is no further page.")
        assert len(screen.grid.found.rows) == 50
        await here.press("p")
        await rows(here)
        assert column(screen, "id") == second

        await narrow_and_export(here, screen)

    play(script, code=code, size=size)


async def limits_of_a_query(here, screen):
    screen.editor.take("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    await here.press("f5")
    await here.until(lambda: "[escape] cancels" in here.text)
    await here.press("escape")
    await here.until(lambda: "cancelled" in here.text)
    screen.editor.take("SELECT range n FROM range(2000)")
    await here.press("f5")
    await rows(here)
    await here.until(lambda: "cut at the limit of rows" in here.text)
    await here.press("f7", "f5")
    await rows(here)
    assert len(screen.grid.found.rows) == 2000
    await here.press("f6", "G", "f9")
    assert screen.grid.source == (1999,)
    folder = here.console.controller.settings.paths.data / "exports"
    await here.until(lambda: list(folder.glob("query_*.parquet")))
    await here.press("escape", "escape")
    assert not isinstance(here.console.screen, SqlScreen)


class _Slow(Backends):
    """Opens the warehouse when it is let."""

    def __init__(self):
        super().__init__()
        self.let = Event()

    def open_warehouse(self, context):
        assert self.let.wait(30)
        return super().open_warehouse(context)


def test_what_is_asked_while_the_console_still_connects_is_answered(play):
    slow = _Slow()

    async def script(here):
        await here.press("S", *"select 42 n", "f5")
        assert here.console.controller.asking.sql.latest.running
        slow.let.set()
        await rows(here)
        assert here.console.screen.grid.found.rows == ((42,),)
        await here.press("escape", "E")
        await here.until(lambda: here.console.screen.known.result)

    play(script, ready=False, backends=slow)


def test_sql_is_completed_run_kept_and_refused_where_it_writes(play):
    async def script(here):
        await filled(here, 60)
        await here.press("S")
        screen = here.console.screen
        assert isinstance(screen, SqlScreen)
        await here.until(lambda: here.console.controller.asking.names.latest.result)
        await here.press(*"select count(*) n from ord")
        await here.until(lambda: "orders" in here.text)
        await here.press("tab")
        assert screen.editor.text == "select count(*) n from orders"
        assert "read-only" in here.text
        await here.press("f5")
        await rows(here)
        assert screen.grid.found.rows == ((60,),)
        assert "60" in here.text

        screen.editor.take("DELETE FROM orders")
        await here.press("ctrl+r")
        await here.until(lambda: "only statements that read" in here.text)
        screen.editor.take("select 'never' where false")
        await here.press("ctrl+up")
        assert screen.editor.text == "DELETE FROM orders"
        await here.press("ctrl+up")
        assert screen.editor.text == "select count(*) n from orders"
        await here.press("ctrl+down", "ctrl+down")
        assert screen.editor.text == "select 'never' where false"

        await limits_of_a_query(here, screen)

    done = play(script)
    kept = done.settings.paths.data / "sql_history.jsonl"
    first, *_others = kept.read_text().splitlines()
    assert json.loads(first) == "select count(*) n from orders"
