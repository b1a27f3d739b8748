"""The topic explorer by its keys, on the embedded broker and on a cluster out of reach."""

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from core.warehouse.filled import Filled
from tests.support.oracle import coordinates, engine
from tui.dialogs.row_details import RowDetails
from tui.screens.explore import ExploreScreen
from tui.screens.offsets import OffsetsScreen

pytestmark = pytest.mark.slow


def publish(controller, topic, count):
    producer = Producer(controller._broker.producer_config())
    for number in range(count):
        producer.produce(topic, b"x%d" % number, partition=number % 2)
    assert producer.flush(20) == 0


def commit(controller, group, offset):
    client = Consumer(controller._broker.consumer_config(group))
    place = TopicPartition("orders_topic", 0, offset)
    client.commit(offsets=[place], asynchronous=False)
    client.close()


async def explored(here, *keys):
    await here.press(*keys)
    await here.until(lambda: isinstance(here.console.screen, ExploreScreen))
    screen = here.console.screen
    await here.until(lambda: screen.known.result and screen.known.result.done)
    screen.draw_now()
    return screen


def listed(screen):
    return [row.key for row in screen.rows_view.rows]


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_the_embedded_broker_shows_its_topics_and_our_group(play, code, size):
    async def script(here):
        controller = here.console.controller
        publish(controller, "orders_topic", 10)
        publish(controller, "another", 30)
        commit(controller, controller.settings.kafka.group_id, 3)
        screen = await explored(here, "E")
        assert listed(screen) == ["another", "orders_topic"]
        assert "30" in here.text
        await here.press("comma", "comma", "comma")  # by records
        assert listed(screen) == ["orders_topic", "another"]
        await here.press("semicolon")
        assert listed(screen) == ["another", "orders_topic"]
        await here.press("slash", *"orders")
        assert listed(screen) == ["orders_topic"]
        await here.press("enter", "enter")
        await here.until(lambda: isinstance(here.console.screen, RowDetails))
        await here.until(lambda: here.console.screen.lines)
        assert "10" in "\n".join(line.text for line in here.console.screen.lines)
        await here.press("escape", "escape")
        assert listed(screen) == ["another", "orders_topic"]
        await here.press("tab")
        assert listed(screen) == [controller.settings.kafka.group_id]
        lag = screen.rows_view.rows[0].source.lag
        assert lag == 2
        await here.press("tab")
        assert "127.0.0.1" in here.text
        publish(controller, "third", 1)
        await here.press("tab", "r")
        await here.until(lambda: "third" in {one.name for one in screen.known.result.topics})
        await here.press("escape")
        await here.until(lambda: here.console.screen is not screen)

    play(script, code=code, size=size)


@pytest.mark.parametrize("part", ["topics", "groups", "brokers"])
def test_a_command_opens_each_list(play, part):
    async def script(here):
        screen = await explored(here, "colon", *part, "enter")
        assert screen.part.name == part

    play(script)


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24))])
def test_our_own_group_says_that_stored_offsets_decide_and_reads_what_is_missing_again(
    play, code, size
):
    async def script(here):
        controller = here.console.controller
        group = controller.settings.kafka.group_id
        publish(controller, "orders_topic", 10)
        controller.start_consumer()
        await here.until(lambda: sum(stored(controller).values()) == 10)
        controller.consumer.stop()
        await here.until(lambda: controller.consumer is None)
        commit(controller, group, 1)
        screen = await explored(here, "colon", *"groups", "enter")
        assert listed(screen) == [group]
        await here.press("e")
        offsets = here.console.screen
        assert isinstance(offsets, OffsetsScreen)
        await here.press(*"soon", "enter")
        assert "2@" in here.text
        await here.press("ctrl+u", *"0@2", "enter")
        await here.until(lambda: offsets.plan is not None)
        offsets.draw_now()
        (move,) = offsets.plan.moves
        assert (move.before, move.after, move.again) == (5, 2, 3)
        assert not offsets.plan.refusal
        inside = engine(controller._warehouse)
        kept = coordinates(inside)
        with inside._db.transaction() as cursor:
            cursor.execute(
                f"DELETE FROM {inside._schema}.dead_letters"
                " WHERE kafka_partition = 0 AND kafka_offset IN (1, 3)"
            )
        await here.press("s", "y")
        await here.until(lambda: offsets.plan is not None and offsets.plan.done)
        offsets.draw_now()
        await here.draw()
        assert offsets.plan.reread.held == 2  # offset 1 is before the place
        assert offsets.plan.reread.filled == Filled(letters=1)
        assert ("3 records read again: 2 stored before" in here.text) == (code == "en")
        assert len(coordinates(inside)) == 9
        await here.press("slash", "ctrl+u", *"begin", "enter")
        await here.until(lambda: offsets.plan is not None and not offsets.plan.done)
        await here.press("s", "y")
        await here.until(lambda: offsets.plan is not None and offsets.plan.done)
        assert coordinates(inside) == kept
        assert sum(stored(controller).values()) == 10
        await here.press("escape")
        await here.until(lambda: here.console.screen is screen)

    play(script, code=code, size=size)


def stored(controller):
    identity = controller._broker.identity("orders_topic")
    return controller._warehouse.stored_offsets(identity)
