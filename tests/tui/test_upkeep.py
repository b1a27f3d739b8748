"""Merge, load, setup and repair by their keys: what checks advise can be done in the console."""

import shutil

import duckdb
import pytest

from core.clock import SystemClock
from core.jobs import produce, seed
from core.jobs.base import JobContext
from core.remedies import REPAIR
from core.validation.model import Status
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.validation.pipeline import Pipeline
from tests.support.events import event
from tests.support.oracle import engine
from tui.dialogs.confirm import ConfirmScreen

pytestmark = pytest.mark.slow


@pytest.fixture
def unmerged(settings):
    """Twelve raw events in the warehouse that nobody merged."""
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    Pipeline(warehouse).consume([event(number) for number in range(12)])
    warehouse.close()


def checks(here):
    return here.console.controller.snapshot().validation


def upkeep(here):
    return here.console.controller.snapshot().upkeep


async def validated(here, name):
    """Run the checks; return one of them."""
    before = checks(here).ended_at
    here.console.controller.validate()
    await here.until(lambda: not checks(here).running and checks(here).ended_at != before)
    return checks(here).result.check(name)


def test_the_check_names_the_key_and_the_key_merges(play, unmerged):
    async def script(here):
        assert (await validated(here, "raw_vs_prod_counts")).status is Status.WARN
        await here.press("4", "z")
        await here.until(lambda: "7 m merge now" in here.text)
        assert "the same 0 orders in raw events and in orders" in here.text
        assert "dropship --run" not in here.text
        await here.press("enter")
        await here.until(lambda: "here: 7 m merge now" in here.text)
        assert "without the console: `dropship --run transform`" in here.text
        await here.press("escape", "7", "m")
        await here.until(lambda: upkeep(here).merge.ended_at)
        await here.draw()
        assert upkeep(here).merge.result.taken == 12
        assert "12 raw events merged: 12 inserted" in here.text
        assert (await validated(here, "raw_vs_prod_counts")).status is Status.PASS
        await here.press("m")
        await here.until(lambda: "nothing to merge" in here.text)

    play(script, size=(120, 36))


def test_it_works_on_a_small_terminal_too(play, unmerged):
    async def script(here):
        await here.press("7", "m")
        await here.until(lambda: "12 raw events merged" in here.text)

    play(script, size=(80, 24))


def test_a_merge_that_fails_is_told_in_the_pane(play, unmerged):
    async def script(here):
        warehouse = engine(here.console.controller._warehouse)
        with warehouse._db.transaction() as cursor:
            cursor.execute("DROP TABLE mon_schema.orders")
        await here.press("7", "m")
        await here.until(lambda: upkeep(here).merge.error)
        await here.draw()
        assert "merge now, 0 s ago: " in here.text
        assert "0 doctor.run" not in here.text
        assert "7 s set up" in here.text
        check = await validated(here, "schema")
        assert check.status is Status.FAIL
        await here.press("s")
        await here.until(lambda: upkeep(here).setup.ended_at)
        await here.draw()
        assert "the warehouse objects are in place" in here.text
        assert (await validated(here, "schema")).status is Status.PASS

    play(script)


def test_reference_data_are_loaded_from_the_seed_files(play, settings):
    seed.run(JobContext(settings), seed.Options(customers=20, products=10, orders=30))

    async def script(here):
        await here.press("7", "l")
        await here.until(lambda: upkeep(here).load.result)
        await here.draw()
        assert "20 customers and 10 products in the warehouse" in here.text
        shutil.rmtree(settings.paths.seed)
        await here.press("l")
        await here.until(lambda: upkeep(here).load.error)
        await here.draw()
        assert "customers.csv" in here.text
        assert "here: 1 g generate" in here.text

    play(script)
    with duckdb.connect(str(settings.paths.warehouse_file), read_only=True) as file:
        assert file.execute("SELECT count(*) FROM mon_schema.customers").fetchone() == (20,)


async def stored(here, orders):
    """Generate, publish and store so many orders."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(
        lambda: controller.snapshot().seed.result and not controller.snapshot().seed.running
    )
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    await here.until(lambda: controller.snapshot().merge.total.taken >= orders)


def damage(here):
    """Write over the payload of the first raw event."""
    with engine(here.console.controller._warehouse)._db.transaction() as cursor:
        cursor.execute(
            "UPDATE mon_schema.orders_events SET payload = concat(payload, ' ')"
            " WHERE seq = (SELECT min(seq) FROM mon_schema.orders_events)"
        )


def test_the_check_of_content_names_the_key_which_asks_and_repairs(play):
    async def script(here):
        await stored(here, 30)
        damage(here)
        found = await validated(here, "content")
        assert (found.status, found.remedies) == (Status.FAIL, (REPAIR,))
        await here.press("4", "z")
        await here.until(lambda: "7 p repair" in here.text)
        assert "dropship --run" not in here.text
        await here.press("7", "p")
        assert isinstance(here.console.screen, ConfirmScreen)
        assert "read back and compared with its checksum" in here.text
        assert "replaced by the bytes of the topic" in here.text
        await here.press("enter")  # no has the focus
        assert not isinstance(here.console.screen, ConfirmScreen)
        assert upkeep(here).latest is None
        await here.press("p", "y")
        await here.until(lambda: upkeep(here).repair.ended_at)
        await here.draw()
        assert "repair, 0 s ago: 1 record repaired" in here.text
        assert (await validated(here, "content")).status is Status.PASS
        await here.press("7", "p", "y")
        await here.until(lambda: "no damaged record" in here.text)

    play(script)


def test_what_cannot_be_repaired_is_told_with_the_reason(play, unmerged):
    async def script(here):
        with engine(here.console.controller._warehouse)._db.transaction() as cursor:
            cursor.execute("UPDATE mon_schema.orders_events SET payload = concat(payload, ' ')")
        found = await validated(here, "content")
        assert (found.status, found.remedies) == (Status.FAIL, ())
        await here.press("7", "z", "p", "y")
        await here.until(lambda: upkeep(here).repair.ended_at)
        await here.draw()
        assert "0 records repaired; not repaired: " in here.text
        assert "it came from another topic" in here.text
        assert "9 more not repaired" in here.text

    play(script, size=(160, 50))


def test_a_read_only_console_refuses_and_says_why(play, settings, unmerged):
    async def script(here):
        for key in "mlsp":
            here.console.clear_notifications()
            await here.press("7", key)
            await here.draw()
            assert not isinstance(here.console.screen, ConfirmScreen)
            assert here.told == ["read-only: nothing can be changed here"]
        assert upkeep(here).latest is None

    play(script, read_only=True, ready=False)


def test_without_a_warehouse_it_is_refused_with_the_reason(play, settings):
    holder = DuckDbWarehouse(settings, clock=SystemClock())

    async def script(here):
        await here.until(lambda: here.console.controller.snapshot().opening.error)
        await here.press("7", "m")
        assert "in use by process" in here.told[-1]

    try:
        play(script, ready=False)
    finally:
        holder.close()
