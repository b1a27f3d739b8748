"""Dead letters managed from an attached console: the service does it, refuses who only looks."""

import pytest
from confluent_kafka import Producer

from core.config import Settings
from core.dlq.edits import Edit
from core.errors import UsageError
from core.operations.letter_work import Chosen
from core.query.letters import Narrowing
from tests.integration.service.test_server import attached, serving
from tests.support.events import event
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def test_an_attached_console_dismisses_takes_back_and_replays_edited_ones(
    settings: Settings,
) -> None:
    with serving(settings) as (here, _asked), attached(settings) as console:
        here.start_consumer()
        producer = Producer(here._broker.producer_config())
        for number in range(4):
            producer.produce("orders_topic", b"{", key=b"k%d" % number, partition=0)
        assert producer.flush(20) == 0
        wait_until(lambda: here.snapshot().consumer.dead_lettered == 4)

        def desk(narrowing: Narrowing = Narrowing()):  # noqa: B008 - frozen
            asked = console.asking.letters(narrowing, 0)
            wait_until(lambda: console.asking.desk.latest.answered == asked)
            return console.asking.desk.latest.result

        ids = tuple(one.letter.event_id for one in desk().page)
        with attached(settings, read_only=True) as looking:
            assert not looking.letters.dismiss(Chosen(ids), "why", "ann")
            assert not looking.letters.replay(Chosen(ids))
            assert not looking.letters.restore(Chosen(ids))
            assert looking._remote.refusals == 3
        with pytest.raises(UsageError, match="needs a reason"):
            console.letters.dismiss(Chosen(ids), "  ", "ann")
        with pytest.raises(UsageError, match="too many"):
            console.letters.replay(Chosen(ids), [Edit(ids[0], b"x" * 1_200_000)])
        assert desk().dismissed == 0

        assert console.letters.dismiss(Chosen(ids[:3]), "a test", "ann")
        wait_until(lambda: (one := console.snapshot().explored.decision.result) and one.changed)
        gone = desk(Narrowing(dismissed=True))
        assert [(one.by, one.why) for one in gone.page] == [("ann", "a test")] * 3
        # What is dismissed is not replayed, whoever asks for it.
        assert console.letters.replay(Chosen(ids), [Edit(ids[3], event(9))])
        wait_until(lambda: console.snapshot().explored.replay.result is not None)
        done = console.snapshot().explored.replay.result
        assert (done.published, done.gone) == (1, 3)

        assert console.letters.restore(Chosen(narrowing=Narrowing(dismissed=True)))
        wait_until(lambda: not console.snapshot().explored.decision.result.dismissed)
        assert (desk().waiting, desk().dismissed) == (3, 0)
        wait_until(lambda: here._warehouse.rows("count_rows") == [(1,)])


def test_a_bad_edit_is_refused_by_the_service_and_nothing_goes_out(settings: Settings) -> None:
    with serving(settings) as (here, _asked), attached(settings) as console:
        here.start_consumer()
        producer = Producer(here._broker.producer_config())
        producer.produce("orders_topic", b"{", key=b"k", partition=0)
        assert producer.flush(20) == 0
        wait_until(lambda: here.snapshot().consumer.dead_lettered == 1)
        (letter,) = here._warehouse.dead_letters()
        assert console.letters.replay(Chosen((letter.event_id,)), [Edit(letter.event_id, b"[]")])
        wait_until(lambda: console.snapshot().explored.replay.error)
        assert "still bad" in console.snapshot().explored.replay.error
        assert here._warehouse.dead_letters() == [letter]
