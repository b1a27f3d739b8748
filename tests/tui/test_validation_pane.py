"""The validation pane: running, the cursor, details, history, reports."""

import pytest

from core.jobs import produce, seed
from core.workers import FINAL_STATES
from tui.dialogs.row_details import RowDetails

pytestmark = pytest.mark.slow


async def published(here):
    """Let there be something to check."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=20))
    await here.until(lambda: controller.snapshot().seed.result)
    controller.start_producer(produce.Options(rate=0.0))
    await here.until(lambda: controller.snapshot().producer.state in FINAL_STATES)


async def checked(here):
    """Run the checks."""
    await published(here)
    await here.press("4", "v")
    await here.until(lambda: here.console.controller.snapshot().validation.result)
    await here.draw()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_the_cursor_moves_over_all_checks_and_opens_one(play, size):
    async def script(here):
        await checked(here)
        pane = here.console.screen.chosen
        checks = here.console.controller.snapshot().validation.result.checks
        seen = []
        for _step in range(len(checks) + 1):
            (row,) = [entry.text for entry in pane.lines if "▸" in entry.text]
            seen.append(row.split()[2])
            await here.press("j")
        assert set(seen) == {check.name for check in checks}
        assert seen[0] == max(checks, key=lambda check: check.status).name
        await here.press("up", "k", "enter")
        assert isinstance(here.console.screen, RowDetails)
        assert here.console.screen.query_one("#row-details").border_title == seen[len(checks) - 3]
        await here.until(lambda: "checked in" in here.text)
        assert "metrics" in here.text
        await here.press("j", "escape")
        assert not isinstance(here.console.screen, RowDetails)

    play(script, size=size)


def test_the_cursor_of_the_board_is_seen_in_the_chosen_pane_only(play):
    async def script(here):
        await checked(here)
        assert "▸ ✓" in here.text or "▸ !" in here.text
        await here.press("2")
        assert "▸" not in here.text

    play(script)


def test_a_click_puts_the_cursor_and_a_second_one_opens(play):
    async def script(here):
        await checked(here)
        pane = here.console.screen.chosen
        row = next(index for index, line in enumerate(pane.lines) if "duplicates" in line.text)
        place = (pane.content_region.x + 6, pane.content_region.y + row)
        await here.pilot.click(offset=place)
        await here.draw()
        assert pane.rows_view.current.key == "duplicates"
        await here.pilot.click(offset=place, times=2)
        await here.draw()
        assert isinstance(here.console.screen, RowDetails)

    play(script)


def test_enter_without_checks_opens_nothing(play):
    async def script(here):
        await here.press("4", "enter")
        assert not isinstance(here.console.screen, RowDetails)

    play(script)


def test_a_filter_leaves_the_checks_that_match(play):
    async def script(here):
        await checked(here)
        pane = here.console.screen.chosen
        await here.press("slash", *"dupl", "enter")
        assert [row.key for row in pane.rows_view.rows] == ["duplicates"]
        await here.press("escape")
        assert len(pane.rows_view.rows) == 13

    play(script)


def test_runs_before_and_reports_are_in_the_full_view(play, settings):
    async def script(here):
        await here.press("4", "e")
        assert "There is no report yet" in here.text
        await checked(here)
        await here.press("z")
        await here.until(lambda: "earlier runs" in here.text)
        assert str(settings.paths.reports)[:30] in here.text
        await here.press("e")
        await here.until(lambda: ".html" in here.text)

    play(script, size=(160, 50))
    for kind in ("json", "html", "xml"):
        assert len(list(settings.paths.reports.glob(f"*.{kind}"))) == 1


def test_an_interval_is_chosen_and_runs_the_checks(play):
    async def script(here):
        controller = here.console.controller
        await published(here)
        await here.press("4", "i", "j", "enter")
        assert controller.snapshot().validation_every_s == 10
        await here.until(lambda: controller.snapshot().validation.result)
        await here.until(lambda: "every 10 s" in here.text)
        await here.press("i", "home", "enter")
        assert controller.snapshot().validation_every_s == 0

    play(script)


def test_a_console_that_is_opened_again_shows_the_last_verdict_with_its_age(play):
    play(checked)

    async def script(here):
        await here.until(lambda: here.console.controller.snapshot().validation.result)
        await here.draw()
        assert "not validated" not in here.text
        assert "not checked yet" not in here.text
        await here.until(lambda: "s ago" in here.text)
        await here.press("4")
        assert "freshness" in here.text

    play(script)


def test_the_age_of_the_newest_order_grows_while_it_is_shown(play):
    async def script(here):
        controller = here.console.controller
        controller.demonstrate(orders=100, rate=5_000)
        await here.until(lambda: controller.snapshot().demo.result, 60)
        await here.press("4", "z")
        shown = lambda: next(  # noqa: E731
            line.text for line in here.console.screen.chosen.lines if "ingested" in line.text
        )
        first = shown()
        await here.until(lambda: shown() != first)

    play(script, size=(160, 50))


def test_an_empty_pipeline_gets_no_verdict_no_report_and_no_alert(play, settings):
    async def script(here):
        controller = here.console.controller
        await here.press("4", "v")
        await here.until(lambda: controller.snapshot().validation.ended_at)
        await here.until(lambda: "nothing to check yet" in here.text)
        assert controller.snapshot().validation.result is None
        assert not controller.past_validations(10)
        assert "not validated" in here.text.splitlines()[0]

    play(script)
    assert not list(settings.paths.reports.glob("*"))
