"""The desk of dead letters by its keys, on a real broker and warehouse."""

import pytest
from confluent_kafka import Producer

from core.jobs import produce, seed
from core.operations import inspect
from core.query.letters import LetterOrder
from tests.support.events import event
from tui.dialogs.ask_key import AskKey
from tui.dialogs.edit_letter import EditLetter
from tui.screens.desk import DeskScreen

pytestmark = pytest.mark.slow

BAD = event(7, quantity=-1)


def publish(controller, values):
    producer = Producer(controller._broker.producer_config())
    for number, value in enumerate(values):
        producer.produce("orders_topic", value, key=b"k%d" % number, partition=number % 3)
    assert producer.flush(20) == 0


async def opened(here, values):
    """Store records that cannot be used, and open the desk on them."""
    controller = here.console.controller
    await here.until(lambda: controller.ready)
    controller.start_consumer()
    publish(controller, values)
    stored = lambda: controller.snapshot().consumer.dead_lettered  # noqa: E731
    await here.until(lambda: stored() >= len(values))
    await here.press("6", "m")
    await here.until(lambda: isinstance(here.console.screen, DeskScreen))
    await here.until(lambda: listed(here, len(values)))
    return here.console.screen


def listed(here, waiting):
    desk = here.console.controller.asking.desk.latest.result
    return desk is not None and desk.waiting == waiting and here.console.screen._letters.rows


def shown(screen):
    return "\n".join(one.text for one in screen.lines)


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_letters_are_narrowed_dismissed_with_a_reason_and_taken_back(play, code, size):
    async def script(here):
        controller = here.console.controller
        screen = await opened(here, [b"{", b"{", b"{", None, BAD])
        screen.draw_now()
        assert "invalid_json" in shown(screen)
        first = screen.desk.reasons[0]
        assert (first.reason, first.letters) == ("invalid_json", 3)
        reasons = lambda: [row.source.letter.reason for row in screen._letters.rows]  # noqa: E731
        assert reasons() != sorted(reasons())
        await here.press("comma", "comma", "comma")
        assert reasons() == sorted(reasons())
        await here.press("semicolon")
        assert reasons() == sorted(reasons())[::-1]
        await here.press("minus")
        assert screen.rows_view.arrangement.hidden == {"reason"}
        await here.press("plus")
        await here.press("tab", "j", "enter")
        await here.until(lambda: screen.desk.narrowing.reason == "invalid_json")
        await here.until(lambda: len(screen._letters.rows) == 3)
        await here.press("a", "space", "i", "i")
        assert len(screen._marked) == 2
        await here.press("d")
        await here.until(lambda: isinstance(here.console.screen, AskKey))
        await here.press(*"a test", "enter")
        decision = lambda: controller.snapshot().explored.decision.result  # noqa: E731
        await here.until(lambda: decision() and decision().changed == 2)
        await here.until(lambda: screen.desk.dismissed == 2 and screen.desk.waiting == 3)
        await here.press("v")
        await here.until(lambda: [one.why for one in screen.desk.page] == ["a test"] * 2)
        await here.press("D")
        await here.press("y")
        await here.until(lambda: screen.desk.waiting == 5)
        await here.press("v", "slash", *"partition:1", "enter")
        await here.until(lambda: screen.desk.narrowing.partition == 1)
        await here.until(lambda: {one.letter.partition for one in screen.desk.page} == {1})
        await here.press("escape", "escape")
        assert here.console.chosen.NAME == "events"

    play(script, code=code, size=size)


def test_an_edited_letter_goes_out_beside_a_producer_and_is_merged(play):
    async def script(here):
        controller = here.console.controller
        screen = await opened(here, [BAD, b"{"])
        controller.generate(seed.Options(customers=20, products=10, orders=2_000))
        await here.until(lambda: controller.snapshot().seed.result)
        controller.start_producer(produce.Options(rate=40))
        await here.press("slash", *"reason:out_of_range", "enter")
        await here.until(lambda: len(screen.desk.page) == 1 and len(screen._letters.rows) == 1)
        await here.press("e")
        await here.until(lambda: isinstance(here.console.screen, EditLetter))
        editor = here.console.screen
        await here.until(lambda: editor.lines)
        assert "out_of_range" in editor._verdict.lines[0].text
        await here.press("ctrl+s")
        assert "come back" in here.told[-1]
        editor.take(editor.editor.text.replace('"quantity": -1', '"quantity": 3'))
        await here.draw()
        assert [one.text.strip() for one in editor._changes.lines if one.text[0] in "+-"] == [
            '-     "quantity": -1,',
            '+     "quantity": 3,',
        ]
        await here.press("ctrl+s")
        await here.until(lambda: here.console.screen is screen)
        assert list(screen._edits) == list(screen._marked)
        await here.press("r", "y")
        replay = lambda: controller.snapshot().explored.replay  # noqa: E731
        await here.until(lambda: replay().result and replay().result.published == 1)
        assert controller.producer is not None, "the producer must outlast the replay"
        warehouse = controller._warehouse
        await here.until(lambda: [row for row in warehouse.rows("letters_totals") if row[0] == 1])
        taken = controller.snapshot().merge.total.taken
        await here.until(lambda: controller.snapshot().merge.total.taken > taken)
        assert not screen._edits

    play(script)


def test_a_letter_that_was_replayed_meanwhile_is_not_edited(play):
    async def script(here):
        screen = await opened(here, [BAD])
        here.console.controller._warehouse.mark_replayed([screen.desk.page[0].letter.event_id])
        await here.press("e")
        await here.until(lambda: any("not pending any more" in told for told in here.told))
        assert here.console.screen is screen

    play(script)


def test_a_console_that_only_looks_changes_nothing(play):
    async def script(here):
        screen = await opened(here, [BAD])
        here.console.controller.read_only = True
        for keys in (["d"], ["r"], ["e"], ["D"], ["R"]):
            await here.press(*keys)
            assert here.console.screen is screen
        assert "read-only" in here.told[-1]
        assert "dismiss " not in shown(screen)[-200:]

    play(script)


def test_lists_are_sorted_hidden_and_searched_by_keys(play):
    async def script(here):
        await here.press("7")
        view = here.console.chosen.rows_view
        await here.until(lambda: len(view.rows) > 5)
        names = [row.key for row in view.rows]
        await here.press("comma")
        assert [row.key for row in view.rows] == sorted(names, key=str.casefold)
        await here.press("semicolon")
        assert [row.key for row in view.rows] == sorted(names, key=str.casefold, reverse=True)
        assert "▼" in view.lines[0].text
        wide = view.lines[0].text
        await here.press("minus")
        assert view.lines[0].text != wide
        assert len(view.rows[0].cells) == len(view.columns) - 1
        await here.press("plus", "comma", *["comma"] * len(view.columns))
        await here.press("slash", *"or", "enter")
        found = [row.key for row in view.rows]
        assert 1 < len(found) < len(names)
        await here.press("n")
        assert len(view.rows) == len(names)
        assert view.current.key in found
        assert "match" in view.lines[-1].text
        here_now = view.current.key
        await here.press("N", "n", "escape")
        assert (view.current.key, len(view.rows)) == (here_now, len(names))
        assert not view.has_filter_line

    play(script)


def test_a_filter_is_saved_by_name_and_taken_again(play):
    async def script(here):
        await here.press("7")
        view = here.console.chosen.rows_view
        await here.until(lambda: len(view.rows) > 5)
        await here.press("slash", *"orders", "enter")
        found = [row.key for row in view.rows]
        await here.press("colon", *"filter save mine", "enter")
        await here.press("escape")
        assert len(view.rows) > len(found)
        await here.press("colon", *"filter @mine", "enter")
        assert [row.key for row in view.rows] == found

    play(script)


def test_all_letters_are_sorted_whatever_the_page_shows(play):
    async def script(here):
        screen = await opened(here, [b"{"] * (3 * 70))
        offsets = lambda: [row.source.letter.offset for row in screen._letters.rows]  # noqa: E731
        await here.press(*["comma"] * 5, "semicolon")  # by offset, the highest first
        await here.until(lambda: screen.desk.order == LetterOrder("offset", descending=True))
        await here.until(lambda: offsets()[:4] == [69, 69, 69, 68])
        await here.press("n")
        await here.until(lambda: screen.desk.number == 1 and offsets()[-3:] == [0, 0, 0])
        assert len(offsets()) == 10

    play(script)


def test_the_pane_replays_all_that_wait_and_not_only_those_that_it_lists(play, monkeypatch):
    _most, text = inspect.dead_letters.__defaults__
    monkeypatch.setattr(inspect.dead_letters, "__defaults__", (2, text))

    async def script(here):
        controller = here.console.controller
        await opened(here, [b"{", b"[", BAD, b"{"])
        await here.press("escape", "tab")
        known = lambda: controller.snapshot().explored.letters.value  # noqa: E731
        await here.until(lambda: known() and known().total == 4 and len(known().letters) == 2)
        await here.press("R")
        assert "Replay 4 dead letters?" in here.text
        await here.press("y")
        replay = lambda: controller.snapshot().explored.replay  # noqa: E731
        await here.until(lambda: replay().result is not None and not replay().running)
        assert replay().result.published == 4

    play(script)
