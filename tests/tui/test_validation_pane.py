"""The validation pane: running, the cursor, details, history, reports."""

import pytest

from tui.screens.check_details import CheckDetails


async def checked(here):
    """Run the checks."""
    await here.press("4", "v")
    await here.until(lambda: here.console.desk.snapshot().validation.result)
    await here.draw()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_the_cursor_moves_over_all_checks_and_opens_one(play, size):
    async def script(here):
        await checked(here)
        pane = here.console.screen.chosen
        marked = lambda: [line.text for line in pane.lines if "▸" in line.text]  # noqa: E731
        assert marked() == []
        seen = []
        for _step in range(12):
            await here.press("j")
            (row,) = marked()
            seen.append(row.split("▸")[1].split()[1])
        assert len(set(seen)) == len(here.console.desk.snapshot().validation.result.checks)
        await here.press("up", "k", "enter")
        assert isinstance(here.console.screen, CheckDetails)
        assert (
            here.console.screen.query_one("#details").border_title == list(dict.fromkeys(seen))[-3]
        )
        await here.until(lambda: "checked in" in here.text)
        assert "figures" in here.text
        await here.press("j", "escape")
        assert not isinstance(here.console.screen, CheckDetails)

    play(script, size=size)


def test_a_click_puts_the_cursor_and_a_second_one_opens(play):
    async def script(here):
        await checked(here)
        pane = here.console.screen.chosen
        row = next(index for index, line in enumerate(pane.lines) if "schema" in line.text)
        column = pane.lines[row].text.index("schema")
        place = (pane.content_region.x + column, pane.content_region.y + row)
        await here.pilot.click(offset=place)
        await here.draw()
        assert "▸✓ schema" in here.text
        await here.pilot.click(offset=place)
        await here.draw()
        assert isinstance(here.console.screen, CheckDetails)

    play(script)


def test_details_without_a_cursor_show_the_worst_check(play):
    async def script(here):
        await here.press("4", "enter")
        assert not isinstance(here.console.screen, CheckDetails)
        await checked(here)
        worst = max(
            here.console.desk.snapshot().validation.result.checks, key=lambda check: check.status
        )
        await here.press("enter")
        assert here.console.screen.query_one("#details").border_title == worst.name

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


def test_the_interval_goes_round_and_runs_the_checks(play):
    async def script(here):
        desk = here.console.desk
        await here.press("4", "i")
        assert desk.snapshot().validation_every_s == 10
        await here.until(lambda: desk.snapshot().validation.result)
        await here.until(lambda: "every 10 s" in here.text)
        await here.press("i", "i", "i", "i")
        assert desk.snapshot().validation_every_s == 0

    play(script)
