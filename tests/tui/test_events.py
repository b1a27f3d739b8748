"""The events pane by its keys: lists, filter, details, replay; nothing hostile gets through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.operations.explorer import Explored
from core.operations.inspect import DeadLetters, ListedLetter
from core.operations.poller import Reading
from core.operations.tail_record import TailRecord
from core.operations.task import TaskSnapshot
from core.warehouse.model import StoredDeadLetter
from tests.support.console import piloted, still_console
from tests.support.moments import NOW, moment
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.row_details import RowDetails

HOSTILE = (
    b"[red]x[/] [@click=app.quit]\x1b]52;c;aGk=\x07 \xc2\x9b31m \xe2\x80\xae\xe2\x80\x8b"
    + b"y" * 10_000
)


def record(offset: int, value: bytes | None = b'{"a": 1}') -> TailRecord:
    at = NOW + timedelta(seconds=offset)
    return TailRecord(0, offset, at, b"key-%d" % offset, value, len(value or b""))


def letter(number: int, reason: str = "invalid_json", stage: str = "decode") -> ListedLetter:
    stored = StoredDeadLetter(
        event_id=f"id-{number}",
        stage=stage,
        reason=reason,
        detail=f"detail {number}",
        topic="orders_topic",
        partition=0,
        offset=number,
        key=b"k",
        payload=HOSTILE,
        headers=(("[red]h", HOSTILE),),
        received_at=NOW,
        replays=0,
    )
    return ListedLetter(stored, len(HOSTILE))


def explored(records=(), letters=()):
    return Explored(
        peek=Reading(tuple(records), NOW),
        letters=Reading(DeadLetters(len(letters), tuple(letters)), NOW),
    )


def text(pane) -> str:
    return "\n".join(entry.text for entry in pane.lines)


async def opened(pilot):
    await pilot.pause()
    await pilot.press("6")
    await pilot.pause()
    pilot.app.tick()
    await pilot.pause()
    return pilot.app._main.pane("events")


@piloted
async def test_cursor_stays_on_its_row_while_records_come(settings):
    records = [record(offset) for offset in range(50, 0, -1)]
    app = still_console(settings, moment(explored=explored(records)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("j", "j", "down")
        assert pane.rows_view.current.key == "0/47"
        app.controller.now = moment(explored=explored([record(52), record(51), *records]))
        app.tick()
        assert pane.rows_view.current.key == "0/47"
        await pilot.press("G")
        assert pane.rows_view.current.key == "0/1"


@piloted
async def test_at_the_top_too_the_cursor_goes_with_its_row_and_enter_opens_that_one(settings):
    records = [record(offset) for offset in range(50, 0, -1)]
    app = still_console(settings, moment(explored=explored(records)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        for _way in ("as it was opened", "after g"):
            highlighted = pane.rows_view.current
            assert highlighted.key == f"0/{records[0].offset}"
            records = [record(records[0].offset + 1), *records]
            app.controller.now = moment(explored=explored(records))
            app.tick()
            assert pane.rows_view.current.key == highlighted.key
            marked = [entry.text for entry in pane.rows_view.lines if "▸" in entry.text]
            assert len(marked) == 1
            assert f"key-{highlighted.source.offset}" in marked[0]
            await pilot.press("enter")
            await pilot.pause()
            assert app.screen._heading == highlighted.key
            await pilot.press("escape", "g")


@piloted
async def test_a_list_that_runs_past_has_no_cursor_until_a_key_chooses_a_row(settings):
    app = still_console(settings, moment(explored=explored([record(1)])))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        assert pane.rows_view.current.key == "0/1"
        app.controller.now = moment(explored=explored([record(n) for n in range(200, 0, -1)]))
        app.tick()
        assert pane.rows_view.current is None
        assert not any("▸" in entry.text for entry in pane.rows_view.lines)
        assert "key-200" in text(pane)  # what is new is what is shown
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen._heading == "0/200"
        await pilot.press("escape")
        assert pane.rows_view.current.key == "0/200"


@piloted
async def test_a_chosen_row_that_has_left_the_list_is_shown_as_it_was_and_said_to_be_gone(settings):
    app = still_console(settings, moment(explored=explored((), [letter(3), letter(2), letter(1)])))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        pane = await opened(pilot)
        await pilot.press("tab", "j")
        app.controller.now = moment(explored=explored((), [letter(5), letter(4), letter(3)]))
        app.tick()
        assert pane.rows_view.current is None
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen._heading == "0/2"
        assert [told.message for told in app._notifications] == [
            "This row has left the list; it is shown as it was."
        ]
        await pilot.press("escape", "j")
        assert pane.rows_view.current.key == "id-4", "where the lost one was"


@piloted
async def test_a_dead_letter_that_has_left_the_list_is_not_asked_about(settings):
    app = still_console(settings, moment(explored=explored((), [letter(3), letter(2), letter(1)])))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("tab", "j")
        app.controller.now = moment(explored=explored((), [letter(3), letter(1)]))
        app.tick()
        await pilot.press("r")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)
        assert ["left the list" in told.message for told in app._notifications] == [True]
        await pilot.press("j", "r")
        await pilot.pause()
        assert "orders_topic/0/1" in app.screen._title


@piloted
@pytest.mark.slow
async def test_a_replay_is_of_the_letter_that_its_question_names_whatever_comes_meanwhile(settings):
    app = still_console(settings, moment(explored=explored((), [letter(2), letter(1)])))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "r")
        await pilot.pause()
        question = app.screen
        assert question._title == "Replay dead letter orders_topic/0/2?"
        assert any("orders_topic/0/2  k  detail 2" in line for line in question._lines)
        app.controller.now = moment(
            explored=explored((), [letter(4), letter(3), letter(2), letter(1)])
        )
        app.tick()
        await pilot.press("y")
        await pilot.pause()
        assert app.controller.replayed == [["id-2"]]


@piloted
async def test_enter_answers_no(settings):
    app = still_console(settings, moment(explored=explored((), [letter(1)])))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "r")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)
        assert app.controller.replayed == []


@piloted
async def test_another_list_begins_with_a_cursor_of_its_own(settings):
    app = still_console(
        settings, moment(explored=explored([record(2), record(1)], [letter(2), letter(1)]))
    )
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("j", "tab")
        assert pane.rows_view.current.key == "id-2"
        await pilot.press("tab")
        assert pane.rows_view.current.key == "0/2"


@piloted
async def test_the_key_that_cancels_a_replay_is_named_and_works(settings):
    held = TaskSnapshot(running=True, total=1, note="process 7 publishes")
    found = replace(explored((), [letter(1)]), replay=held)
    app = still_console(settings, moment(explored=found))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        pane = await opened(pilot)
        await pilot.press("tab")
        assert "process 7 publishes" in text(pane)
        assert "x cancels" in text(pane)
        await pilot.press("x")
        assert app.controller.cancelled == 1
        app.controller.now = moment(explored=replace(found, replay=TaskSnapshot()))
        await pilot.press("x")
        assert app.controller.cancelled == 1
        assert [told.message for told in app._notifications] == ["No replay is under way."]


@piloted
async def test_digits_and_letters_go_into_the_filter_and_escape_ends_it(settings):
    records = [record(offset) for offset in range(50, 0, -1)]
    app = still_console(settings, moment(explored=explored(records)))
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot)
        await pilot.press("slash", *"key-3", "q")
        assert len(pane.rows_view.rows) == 0
        await pilot.press("backspace")
        assert {row.key for row in pane.rows_view.rows} == {
            "0/3",
            *(f"0/{n}" for n in range(30, 40)),
        }
        assert "11 of 50" in text(pane)
        await pilot.press("enter", "escape")
        assert len(pane.rows_view.rows) == 50
        await pilot.press("escape")
        assert app._main.chosen.NAME != "events"


@piloted
async def test_details_show_hostile_bytes_whole_and_harmless(settings):
    app = still_console(settings, moment(explored=explored([record(1, HOSTILE)])))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, RowDetails)
        await pilot.pause()
        shown = "".join(entry.text for entry in screen.lines)
        assert shown.count("y") >= 10_000
        assert "[red]x[/] [@click=app.quit]" in shown
        for seen in (shown, text(pane)):
            assert not set(seen) & {"\x1b", "\x07", "\x9b", "\u202e", "\u200b"}
        await pilot.press("G", "g", "ctrl+d", "k", "escape")
        assert not isinstance(app.screen, RowDetails)


@piloted
async def test_one_dead_letter_is_replayed_after_a_yes(settings):
    letters = [letter(2), letter(1)]
    app = still_console(settings, moment(explored=explored((), letters)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("tab", "j", "r")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("n")
        assert app.controller.replayed == []
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.controller.replayed == [["id-1"]]
        assert "invalid_json" in text(pane)


@piloted
async def test_all_filtered_are_replayed_without_those_of_the_merge(settings):
    letters = [letter(3, "tombstone"), letter(2), letter(1, "invalid_json", "merge")]
    app = still_console(settings, moment(explored=explored((), letters)))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "slash", *"json", "enter", "R")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.controller.replayed == [["id-2"]]


@piloted
async def test_topic_can_be_held_still(settings):
    app = still_console(settings, moment(explored=explored([record(1)])))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("space")
        app.controller.now = moment(explored=explored([record(2), record(1)]))
        app.tick()
        assert len(pane.rows_view.rows) == 1
        await pilot.press("space")
        assert len(pane.rows_view.rows) == 2


@piloted
async def test_failing_reading_is_shown_in_place(settings):
    failing = replace(
        explored([record(1)]),
        peek=Reading(
            None, None, error="broker [red] away", failing_since=NOW - timedelta(seconds=9)
        ),
    )
    app = still_console(settings, moment(explored=failing))
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot)
        assert "broker [red] away" in text(pane)
        assert "9 s" in text(pane)


@piloted
async def test_click_takes_a_row_and_a_second_one_opens_it(settings):
    records = [record(offset) for offset in range(50, 0, -1)]
    app = still_console(settings, moment(explored=explored(records)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.click(pane.rows_view, offset=(10, 4))
        assert pane.rows_view.current.key == "0/47"
        await pilot.click(pane.rows_view, offset=(10, 4), times=2)
        await pilot.pause()
        assert isinstance(app.screen, RowDetails)


@piloted
async def test_details_that_scroll_lose_no_cell_to_the_scroll_bar(settings):
    app = still_console(settings, moment(explored=explored([record(1, b"y" * 5_000 + b"END")])))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await pilot.pause()
        box = app.screen.query_one("#row-details")
        assert box.max_scroll_y > 0
        assert box.max_scroll_x == 0
        width = box.scrollable_content_region.width
        assert max(entry.width for entry in app.screen.lines) <= width
        assert app.screen.query_one("LinesView").size.width == width


@piloted
async def test_the_tail_stands_still_below_a_cursor_and_g_goes_to_what_came(settings):
    records = [record(offset) for offset in range(50, 0, -1)]
    app = still_console(settings, moment(explored=explored(records)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        assert "new" not in text(pane)
        await pilot.press("j")
        before = [row.key for row in pane.rows_view.rows]
        app.controller.now = moment(explored=explored([record(n) for n in range(362, 162, -1)]))
        app.tick()
        assert [row.key for row in pane.rows_view.rows] == before
        assert "+312 new" in text(pane)
        await pilot.press("g")
        app.tick()
        assert pane.rows_view.rows[0].key == "0/362"
        assert "new" not in text(pane)
