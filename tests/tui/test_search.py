"""The search through the whole topic by its keys."""

import json
from threading import Event

import pytest
from confluent_kafka import Producer
from textual.widgets import Input

from core.broker.connect import connect_broker
from core.clock import SystemClock
from core.errors import CancelledError
from core.operations.topic_search import MOST, TopicSearch, search
from core.query.records import Wanted
from core.query.since import Since
from tests.support.events import event
from tui.dialogs.row_details import RowDetails
from tui.screens.search import SearchScreen
from tui.screens.trace import TraceScreen

pytestmark = pytest.mark.slow


def publish(controller, numbers):
    producer = Producer(controller._broker.producer_config())
    for number in numbers:
        producer.produce(
            "orders_topic",
            event(number, quantity=number % 7),
            key=f"ORDER_{number:06d}".encode(),
            headers=[("part", str(number % 2).encode())],
            partition=number % 3,
        )
    assert producer.flush(20) == 0


async def searched(here, *words, since=None):
    """Write what is wanted, press Enter, wait for the end."""
    screen = here.console.screen
    if isinstance(screen.focused, Input) and screen._asked:
        await here.press("escape")
    if not isinstance(screen.focused, Input):
        await here.press("slash")
    await here.press("ctrl+u", *words)
    if since is not None:
        await here.press("tab", "ctrl+u", *since)
    await here.press("enter")
    asker = here.console.controller.asking.searches
    await here.until(lambda: not asker.latest.running)
    screen.draw_now()  # it draws ten times a second
    await here.draw()
    return [int(record.key.decode()[6:]) for record in screen.found.records]


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_records_are_found_anywhere_in_the_topic(play, code, size):
    async def script(here):
        controller = here.console.controller
        publish(controller, range(3_000))
        await here.press("6", "s")
        screen = here.console.screen
        assert isinstance(screen, SearchScreen)
        assert await searched(here, *"key:ORDER_000042") == [42]
        found = await searched(here, *"order.quantity > 5 and header.part = 1")
        assert sorted(found) == [n for n in range(3_000) if n % 7 == 6 and n % 2][:MOST]
        assert screen.found.total == 3_000
        assert await searched(here, *"ORDER_002999") == [2_999]
        assert len(await searched(here, *"!ORDER_002999")) == MOST
        assert screen.found.full
        assert await searched(here, *"order.quantity ~ ^[01]$ and ORDER_00001", since="1@0") == [
            n for n in range(10, 20) if n % 7 < 2 and n % 3 == 1
        ]
        assert max(await searched(here, *"order", since="2@995")) == 2_999
        await here.press("comma", "comma", "comma", "semicolon")  # by offset, the last one first
        offsets = [row.source.offset for row in screen.rows_view.rows]
        assert offsets == sorted(offsets)[::-1]
        assert await searched(here, *"order", since="2999-01-01") == []
        await searched(here, *"key:ORDER_000042", since="nowhere")
        assert "2@1200" in here.text

        assert await searched(here, *"key:ORDER_000042", since="end") == [42]
        await here.press("w")
        folder = controller.settings.paths.data / "exports"
        await here.until(
            lambda: [file for file in folder.glob("search_*.json") if file.stat().st_size]
        )
        (written,) = folder.glob("search_*.json")
        assert json.loads(written.read_text())[0]["key"] == "ORDER_000042"
        await here.press("j", "enter")
        assert isinstance(here.console.screen, RowDetails)
        await here.press("escape")
        await here.until(lambda: here.console.screen is screen)
        await here.press("o")
        await here.until(lambda: isinstance(here.console.screen, TraceScreen))
        assert here.console.screen.key == "ORDER_000042"
        await here.press("escape")
        await here.until(lambda: here.console.screen is screen)
        await here.press("escape")
        await here.until(lambda: here.console.chosen.NAME == "events")

    play(script, code=code, size=size)


def test_a_search_that_is_cancelled_shows_what_it_found(settings):

    broker = connect_broker(settings, clock=SystemClock(), stop=Event(), start_embedded=True)
    producer = Producer(broker.producer_config())
    for number in range(9_000):
        producer.produce("orders_topic", event(number), key=b"k")
    assert producer.flush(20) == 0
    stop, shown = Event(), []

    def slow(value):
        if len(seen) == 2_000:
            stop.set()
        seen.append(value)

    seen: list[bytes] = []

    def show(found: TopicSearch) -> None:
        shown.append(found)

    with pytest.raises(CancelledError):
        search(broker, settings.kafka, Wanted.of("ORDER_0000"), Since(), stop, show=show, text=slow)
    assert 0 < len(shown[-1].records) <= MOST
    assert shown[-1].total == 9_000
    broker.close()
