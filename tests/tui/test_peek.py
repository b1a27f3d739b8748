"""The peek at any topic by its keys: places, pages, a live tail that holds still."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from confluent_kafka import Producer
from textual.widgets import Input

from core.operations.topic_peek import PAGE
from tests.tui.test_explore import explored
from tui.dialogs.row_details import RowDetails
from tui.screens.command_line import CommandLine
from tui.screens.peek import PeekScreen
from tui.screens.trace import TraceScreen
from tui.widgets.rows_view import RowsView

START = int(datetime(2026, 1, 2, 14, 0, tzinfo=UTC).timestamp() * 1_000)


def publish(controller, topic, numbers, parts=2, pad=0):
    """Publish records, one a second. pad: bytes of each beside its number."""
    producer = Producer(controller._broker.producer_config())
    for number in numbers:
        producer.produce(
            topic,
            b'{"n": %d, "pad": "%s"}' % (number, b"x" * pad),
            key=b"key-%d" % number,
            partition=number % parts,
            timestamp=START + 1_000 * number,
        )
    assert producer.flush(20) == 0


async def read(here):
    """Wait for the page, or for the first look of a live tail."""
    await here.until(lambda: isinstance(here.console.screen, PeekScreen))
    screen = here.console.screen
    await here.until(lambda: screen.now.answered == screen._asked or screen.now.error)
    await here.until(lambda: screen.page.live or not screen.now.running)
    screen.draw_now()
    await here.settle()
    return screen


async def went(here, place):
    await here.press("s", "ctrl+u", *place, "enter")
    return await read(here)


def numbers(screen):
    return [int(row.source.key[4:]) for row in screen.rows_view.rows]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_any_topic_is_shown_from_any_place(play, code, size):
    async def script(here):
        controller = here.console.controller
        publish(controller, "another", range(1_200))
        await explored(here, "E")
        await here.press("p")
        screen = await read(here)
        assert numbers(screen)[:3] == [1_199, 1_198, 1_197]
        await here.press("b")
        screen = await read(here)
        assert numbers(screen) == list(range(PAGE))
        assert (screen.page.before, screen.page.after) == (0, 1_200 - PAGE)
        await here.press("n")
        assert numbers(await read(here)) == list(range(PAGE, 2 * PAGE))
        await here.press("n")
        assert numbers(await read(here)) == list(range(2 * PAGE, 1_200))
        told = len(here.told)
        await here.press("n")
        assert len(here.told) == told + 1
        await here.press("p")
        assert numbers(await read(here)) == list(range(PAGE, 2 * PAGE))
        assert numbers(await went(here, "1@400"))[:3] == [801, 803, 805]
        assert numbers(await went(here, "590")) == list(range(1_180, 1_200))
        assert numbers(await went(here, "2026-01-02T14:19:50")) == list(range(1_190, 1_200))
        assert numbers(await went(here, "0@14:19:50")) == []  # of today
        assert numbers(await went(here, "0@end"))[:2] == [1_198, 1_196]
        await here.press("s", "ctrl+u", *"9@begin", "enter")
        await here.until(lambda: screen.now.error)
        screen.draw_now()
        assert "9" in screen._head_view.lines[1].text
        await here.press("s", "ctrl+u", *"9@end", "enter")
        await here.until(lambda: screen.page.error)
        screen.draw_now()
        assert "9" in screen._head_view.lines[1].text
        await here.press("s", "ctrl+u", *"nowhere", "enter")
        assert isinstance(here.console.screen.focused, Input)
        assert "1200" in here.text
        await here.press("escape")
        assert here.console.screen is screen

    play(script, code=code, size=size)


@pytest.mark.slow
def test_a_page_is_filtered_exported_and_opened_and_nothing_stays_in_the_cluster(play):
    async def script(here):
        controller = here.console.controller
        publish(controller, "another", range(1_200))
        await explored(here, "E")
        await here.press("p")
        screen = await read(here)
        await went(here, "0@begin")
        await here.press("slash", *"key-44", "enter")
        assert numbers(screen) == [44, 440, 442, 444, 446, 448]
        await here.press("w")
        folder = controller.settings.paths.data / "exports"
        await here.until(lambda: [file for file in folder.glob("peek_*.json") if file.read_bytes()])
        (written,) = folder.glob("peek_*.json")
        assert next(one["key"] for one in json.loads(written.read_text())) == "key-44"
        await here.press("j", "enter")
        assert isinstance(here.console.screen, RowDetails)
        await here.press("escape", "escape")
        assert len(numbers(screen)) == 500
        await here.press("escape")
        await here.until(lambda: here.console.screen is not screen)
        assert controller._broker.committed("another", controller.settings.kafka.group_id) == {}
        assert (
            not controller.asking.peeks.latest.running or controller.asking.peeks.latest.cancelling
        )

    play(script)


@pytest.mark.slow
def test_a_live_tail_holds_still_below_its_top_and_counts_what_came(play):
    async def script(here):
        controller = here.console.controller
        publish(controller, "orders_topic", range(30))
        await here.press("6", "p")
        await here.until(lambda: isinstance(here.console.screen.focused, Input))
        await here.press(*"end", "enter")
        screen = await read(here)
        await here.until(lambda: numbers(screen)[:1] == [29])
        await here.press("j", "j")
        publish(controller, "orders_topic", range(30, 342))
        await here.until(lambda: "+312" in here.text)
        assert numbers(screen)[0] == 29
        await here.press("g")
        await here.until(lambda: numbers(screen)[0] == 341)
        await here.press("space")
        publish(controller, "orders_topic", range(342, 350))
        await here.until(lambda: "+8" in here.text)
        await here.press("space")
        await here.until(lambda: numbers(screen)[0] == 349)
        await here.press("comma")
        publish(controller, "orders_topic", range(350, 351))
        await here.until(lambda: 350 in numbers(screen))
        await here.press("o")
        await here.until(lambda: isinstance(here.console.screen, TraceScreen))
        await here.press("escape", "escape")
        await here.until(lambda: not controller.asking.peeks.latest.running)

    play(script)


@pytest.mark.slow
def test_a_live_tail_leads_to_what_is_older(play):
    async def script(here):
        controller = here.console.controller
        publish(controller, "another", range(700))
        await explored(here, "E")
        await here.press("p")
        screen = await read(here)
        assert numbers(screen) == list(range(699, 499, -1))
        told = len(here.told)
        await here.press("n")  # nothing is newer
        assert len(here.told) == told + 1
        await here.press("p")
        assert numbers(await read(here)) == list(range(500))
        assert "before the live tail" in here.text
        await here.press("p")
        assert len(here.told) == told + 2
        await here.press("n")
        assert numbers(await read(here)) == list(range(500, 700))
        await here.press("e")
        await here.until(lambda: numbers(screen)[:1] == [699])
        assert "before" not in here.text

    play(script)


@pytest.mark.slow
def test_large_records_are_shown_piece_by_piece(play, monkeypatch):
    sizes = [0]
    show = RowsView.show_table

    def shown(view, table, **options):
        if table.name == "peek":
            sizes.append(len(table.rows))
        show(view, table, **options)

    monkeypatch.setattr(RowsView, "show_table", shown)

    async def script(here):
        publish(here.console.controller, "orders_topic", range(100), pad=54_000)
        await here.press("colon", *"seek begin", "enter")
        screen = await read(here)
        await here.until(lambda: numbers(screen) == list(range(100)))
        assert 0 < max(after - before for before, after in pairwise(sizes)) < 20

    play(script)


def test_a_command_goes_to_a_place_and_refuses_what_is_none(play):
    async def script(here):
        controller = here.console.controller
        publish(controller, "orders_topic", range(40))
        await here.press("colon", *"seek nowhere", "enter")
        assert isinstance(here.console.screen, CommandLine)
        assert "2@1200" in here.text or "2@" in here.text
        await here.press("ctrl+u", *"seek 1@15", "enter")
        await here.until(lambda: isinstance(here.console.screen, PeekScreen))
        assert numbers(await read(here)) == [31, 33, 35, 37, 39]

    play(script)
