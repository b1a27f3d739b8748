"""The layouts by their keys and by the mouse: the compact board, tabs, one click for one thing."""

import pytest

from core.workers import RunState

SMALL = [(80, 24), (100, 29), (60, 20)]


async def click(here, text, beside=""):
    """Click where a text stands on the screen; beside: on the line that holds this too."""
    await here.draw()
    lines = here.text.splitlines()
    y, entry = next((y, row) for y, row in enumerate(lines) if text in row and beside in row)
    await here.pilot.click(offset=(entry.index(text), y))
    await here.draw()


@pytest.mark.parametrize("size", SMALL)
def test_a_small_terminal_begins_with_a_line_a_stage(play, size):
    async def script(here):
        assert here.console.chosen.NAME == "overview"
        body = here.text.splitlines()
        names = ["seed", "producer", "topic", "consumer", "merge", "checks", "KPIs", "alerts"]
        lines = [
            next(y for y, row in enumerate(body) if f" {name} " in row and "│" in row)
            for name in names
        ]
        assert lines == sorted(lines)
        assert len(set(lines)) == len(names)

    play(script, size=size)


@pytest.mark.slow
def test_keys_act_on_the_stage_under_the_cursor_and_enter_opens_it(play):
    async def script(here):
        controller = here.console.controller
        await here.press("j", "j", "j", "s")
        await here.until(lambda: controller.snapshot().consumer.state is RunState.RUNNING)
        assert controller.producer is None
        assert here.console.chosen.NAME == "overview"
        await here.press("enter")
        assert here.console.chosen.NAME == "consumer"
        assert "[3 Consumer]" in here.text
        await here.press("escape")
        assert here.console.chosen.NAME == "overview"
        await here.press("8")
        assert here.console.chosen.NAME == "alerts"
        await here.press("escape")
        assert here.console.chosen.NAME == "overview"
        await here.press("3", "escape", "x")
        await here.until(lambda: controller.snapshot().consumer.state is RunState.STOPPED)

    play(script, size=(80, 24))


@pytest.mark.slow
def test_the_compact_board_gives_way_to_all_panes_and_comes_back(play):
    async def script(here):
        await here.pilot.resize_terminal(120, 36)
        await here.draw()
        assert here.console.chosen.NAME == "producer"
        assert "2 Producer" in here.text
        assert "4 Validation" in here.text
        await here.pilot.resize_terminal(80, 24)
        await here.draw()
        assert here.console.chosen.NAME == "overview"
        await here.press("5")
        await here.pilot.resize_terminal(120, 36)
        await here.draw()
        assert here.console.chosen.NAME == "kpis"

    play(script, size=(80, 24))


@pytest.mark.slow
def test_tabs_of_a_small_terminal_are_whole(play):
    async def script(here):
        for key in "12345678900":
            await here.press(key)
            (row,) = (
                entry for entry in here.text.splitlines() if "Board" in entry and "[" in entry
            )
            chosen = here.console.chosen
            assert f"[{chosen.NUMBER} {chosen.TITLE}]" in row
            others = row.replace(f"[{chosen.NUMBER} {chosen.TITLE}]", "").split()
            assert others == ["Board", *[n for n in "1234567890" if n != chosen.NUMBER]]

    play(script, size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.slow
def test_one_click_does_what_the_key_does(play, size):
    async def script(here):
        await click(here, "cons", "▶ ○")
        assert here.console.chosen.NAME == "consumer"
        await click(here, "? help")
        assert len(here.console.screen_stack) == 3
        await here.back()
        await here.press("8")
        await click(here, " 9 ", "[8")
        assert here.console.chosen.NAME == "logs"
        await click(here, "board")
        assert ("overview" if size[0] == 80 else "consumer") == here.console.chosen.NAME

    play(script, size=size)


def test_one_click_opens_a_line_of_the_compact_board(play):
    async def script(here):
        await click(here, "checks")
        await here.until(lambda: here.console.chosen.NAME == "validation")

    play(script, size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
@pytest.mark.slow
def test_a_click_on_a_key_in_a_border_presses_it(play, size):
    async def script(here):
        controller = here.console.controller
        await here.press("3")
        await click(here, "s start", "x stop ─")
        await here.until(lambda: controller.snapshot().consumer.state is RunState.RUNNING)
        assert controller.producer is None

    play(script, size=size)


@pytest.mark.slow
def test_the_scroll_bar_of_a_list_takes_the_mouse(play):
    async def script(here):
        await here.press("0", "tab")
        pane = here.console.chosen
        await here.until(lambda: len(pane.rows_view.rows) > pane.rows_view._room)
        view = pane.rows_view
        area = view.region
        await here.pilot.click(offset=(area.right - 1, area.bottom - 1))
        await here.draw()
        assert view.current is view.rows[-1]
        await here.pilot.mouse_down(offset=(area.right - 1, area.bottom - 1))
        await here.pilot.hover(offset=(area.right - 1, area.y + 1))
        await here.pilot.mouse_up(offset=(area.right - 1, area.y + 1))
        await here.draw()
        assert view.current is view.rows[0]
        assert len(here.console.screen_stack) == 2

    play(script, size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
def test_a_pane_that_does_not_fit_scrolls(play, size):
    async def script(here):
        await here.press("3", "s")
        consumer = lambda: here.console.controller.snapshot().consumer  # noqa: E731
        await here.until(lambda: consumer().state is RunState.RUNNING)
        pane = here.console.chosen
        shown = lambda: "\n".join(line.text for line in pane.lines)  # noqa: E731
        await here.until(lambda: "events/s" in shown() and "█" in shown())
        assert "dead letters" not in shown()
        await here.press("end")
        assert "dead letters" in shown()
        assert "events/s" not in shown()
        await here.press("home", "j")
        assert "events/s" not in shown()
        await here.press("k")
        assert "events/s" in shown()
        await here.press("escape")

    play(script, size=size)


@pytest.mark.slow
def test_a_large_terminal_shows_events_alerts_and_the_log_beside_the_rest(play):
    async def script(here):
        seen = ["1 Seed", "2 Producer", "3 Consumer", "4 Validation"]
        seen += ["5 KPIs", "6 Events", "8 Alerts", "9 Logs"]
        assert all(f"─ {title} " in here.text for title in seen)
        await here.press("6", "tab")
        assert here.console.chosen.sheet == "dead_letters"
        assert "─ 1 Seed " in here.text
        await here.press("z")
        assert "─ 1 Seed " not in here.text
        await here.press("z")
        assert "─ 1 Seed " in here.text
        await here.press("7")
        assert "─ 1 Seed " not in here.text
        await here.press("escape")
        await here.pilot.resize_terminal(120, 36)
        await here.draw()
        assert "─ 6 Events " not in here.text
        assert "─ 5 KPIs " in here.text

    play(script, size=(200, 60))
