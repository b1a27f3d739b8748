"""A key on its way through the pipeline, and the rows behind figures and checks, by the keys."""

import pytest
from confluent_kafka import Producer

from core.jobs import load, produce, seed
from core.operations.trace import Trace
from core.query.behind import BehindFigure
from core.warehouse.questions import Question
from tests.support.events import event
from tui.dialogs.ask_key import AskKey
from tui.dialogs.row_details import RowDetails
from tui.screens.figures import FiguresScreen
from tui.screens.table import TableScreen
from tui.screens.trace import TraceScreen

pytestmark = pytest.mark.slow

KEY = "ORDER_000007"


async def flowing(here, orders=40):
    """Store orders and letters of one key, and leave one record of it unread."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(lambda: controller.snapshot().seed.result)
    controller.upkeep.load(seed_files(here))
    await here.until(lambda: controller.snapshot().upkeep.load.result)
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    await here.until(lambda: controller.snapshot().merge.total.taken >= orders)
    stored = rows_of(controller, f"SELECT * FROM orders WHERE id = '{KEY}'")
    publish(controller, [changed(stored, quantity=3), b'{"broken ' + KEY.encode()])
    await here.until(lambda: controller.snapshot().merge.total.taken >= orders + 1)
    await here.until(lambda: controller.snapshot().consumer.dead_lettered >= 1)
    controller.consumer.stop()
    await here.until(lambda: controller.consumer is None)
    publish(controller, [changed(stored, quantity=4)])


def seed_files(here):
    return load.Options(input=here.console.seed_folder)


def rows_of(controller, sql):
    found = controller._warehouse.ask(Question("test", sql))
    (row,) = found.rows
    return {column.name: cell for column, cell in zip(found.columns, row, strict=True)}


def changed(stored, quantity):
    return event(
        7,
        customer_id=stored["customer_id"],
        product_id=stored["product_id"],
        quantity=quantity,
        sold_at="2030-01-01T00:00:00Z",
    )


def publish(controller, values):
    producer = Producer(controller._broker.producer_config())
    for value in values:
        producer.produce("orders_topic", value, key=KEY.encode())
    assert producer.flush(20) == 0


async def traced(here):
    screen = here.console.screen
    assert isinstance(screen, TraceScreen)
    await here.until(lambda: screen.known.done)
    await here.draw()
    return screen


def check_trace(found: Trace) -> None:
    assert found.problems == ()
    assert [len(found.events.rows), len(found.letters.rows), len(found.row.rows)] == [2, 1, 1]
    assert len(found.records) == 4  # two versions, the broken one, and the one nobody has read
    assert found.looked_through == 1
    assert dict(found.references).keys() == {"customers", "inventory"}
    assert all(len(reference.rows) == 1 for _table, reference in found.references)
    names = [column.name for column in found.row.columns]
    assert found.row.rows[0][names.index("quantity")] == 3


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_o_traces_the_key_under_the_cursor_through_every_place(play, code, size):
    async def script(here):
        await flowing(here)
        await here.press("6")
        pane = here.console.chosen
        await here.until(lambda: pane.rows_view.rows)
        await here.until(lambda: pane.key_under_cursor == KEY)
        await here.press("o")
        screen = await traced(here)
        check_trace(screen.known)
        await here.until(lambda: len(screen.rows_view.rows) == 10)
        shown = "\n".join(line.text for line in screen.rows_view.lines)
        assert "order.quantity" in shown
        if code == "en":
            assert "version 2" in shown
        keys = [row.key.split("/")[0] for row in screen.rows_view.rows]
        assert keys == ["record"] * 4 + ["event"] * 2 + ["letter", "row", "reference", "reference"]
        await here.press("G", "enter")
        assert isinstance(here.console.screen, RowDetails)
        assert any("PROD_" in line.text for line in here.console.screen.lines)
        await here.press("p", "escape")
        await here.until(lambda: here.console.screen is screen)

        await here.press("o")
        await here.until(lambda: isinstance(here.console.screen, AskKey))
        await here.press(*"ORDER_000008", "enter")
        await here.until(lambda: isinstance(here.console.screen, TraceScreen))
        other = await traced(here)
        assert other.key == "ORDER_000008"
        assert len(other.known.events.rows) == 1
        await here.press("escape")
        await here.until(lambda: here.console.chosen.NAME == "events")

        await here.press("6", "tab")
        await here.until(lambda: pane.rows_view.rows and pane.rows_view.current)
        assert pane.key_under_cursor == KEY
        await here.press("5", "o")
        await here.until(lambda: isinstance(here.console.screen, AskKey))

    play(script, code=code, size=size)


def test_enter_on_a_figure_of_the_kpis_shows_the_rows_behind_it(play):
    async def script(here):
        await flowing(here)
        controller = here.console.controller
        controller.refresh()
        await here.until(
            lambda: (
                (found := controller.snapshot().figures.value)
                and found.kpis.value("total_orders") == 40
                and all(found.kpis.part("top_products").names())
            )
        )
        await here.press("5", "enter")
        screen = here.console.screen
        assert isinstance(screen, FiguresScreen)
        await here.until(lambda: screen.rows_view.rows)
        figures = [row.source for row in screen.rows_view.rows]
        assert all(isinstance(one, BehindFigure) for one in figures)
        assert [one.name for one in figures[:2]] == ["orders", "revenue"]
        top = next(place for place, one in enumerate(figures) if one.part == "top products")
        await here.press(*["j"] * top, "enter")
        await here.until(lambda: isinstance(here.console.screen, TableScreen))
        table = here.console.screen
        await here.until(lambda: table.grid.found.rows)
        ((column, (product,)),) = figures[top].behind.where
        assert column == "product_id"
        names = [one.name for one in table.grid.found.columns]
        assert {row[names.index("product_id")] for row in table.grid.found.rows} == {product}
        assert product in here.text
        await here.press("escape")
        await here.until(lambda: here.console.screen is screen)
        await here.press("G", "enter")
        await here.until(lambda: isinstance(here.console.screen, TraceScreen))
        await here.press("escape", "escape")

    play(script)


def test_enter_on_a_check_shows_the_rows_it_complains_of(play):
    async def script(here):
        await flowing(here)
        controller = here.console.controller
        seat = controller._warehouse._seat.warehouse
        with seat._db.transaction() as cursor:
            cursor.execute(
                "UPDATE mon_schema.orders SET quantity = -1 "
                "WHERE id IN ('ORDER_000003', 'ORDER_000004')"
            )
        controller.validate()
        await here.until(lambda: controller.snapshot().validation.result)
        await here.press("4")
        pane = here.console.chosen
        await here.until(lambda: pane.rows_view.rows)
        pane.rows_view.point_at("data_quality")
        await here.press("enter")
        assert isinstance(here.console.screen, RowDetails)
        await here.press("enter")
        await here.until(lambda: isinstance(here.console.screen, TableScreen))
        table = here.console.screen
        await here.until(lambda: table.grid.found.rows)
        assert {row[0] for row in table.grid.found.rows} == {"ORDER_000003", "ORDER_000004"}
        await here.press("escape")
        await here.until(lambda: here.console.chosen.NAME == "validation")
        assert len(here.console.screen_stack) == 2

    play(script)
