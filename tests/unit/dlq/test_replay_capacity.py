"""What a replay asks of the broker's room for a letter, how long, and how its client is set up."""

from contextlib import ExitStack
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from confluent_kafka import KafkaError, KafkaException

from core.dlq.redeliveries import REDELIVERY_HEADER
from core.dlq.replay import Replay, Waiting
from core.errors import BrokerError
from tests.support.consuming import GROUP, TOPIC, HandClock, MemoryBroker, MemoryTopic
from tests.unit.dlq.test_edited_letters import letter


class Marked:
    """The part of a warehouse that a replay needs."""

    def __init__(self):
        self.marked = []

    def mark_replayed(self, event_ids):
        self.marked.append(list(event_ids))


class Narrow:
    """A room that refuses so many times before it admits; its places are told by the key."""

    partitions = (7, 8, 9)
    full_reason = "broker full: start the consumer"

    def __init__(self, refusals=0):
        self._refusals = refusals
        self.sizes = []
        self.keys = []
        self.handed = 0

    def place(self, keys):
        self.keys += keys
        return np.array([2], dtype=np.int64)

    def admit(self, places, sizes, *, guest):
        assert guest
        assert places.tolist() == [2]
        self.sizes += sizes.tolist()
        self._refusals -= 1
        return self._refusals < 0

    def enqueued(self):
        self.handed += 1


class Client:
    """A producer that acknowledges as told: None is good, an error is told at the next poll."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self._due = []
        self.sent = []
        self.polled = []
        self.full = 0
        self.stuck = 0
        self.purged = 0

    def produce(self, topic, *, value, key, partition, headers, on_delivery):
        if self.full:
            self.full -= 1
            raise BufferError
        answer = self._answers.pop(0) if self._answers else None
        if isinstance(answer, KafkaException):
            raise answer
        self.sent.append((topic, value, key, partition, headers))
        self._due.append((on_delivery, answer))

    def poll(self, seconds):
        self.polled.append(seconds)
        due, self._due = self._due, []
        for tell, answer in due:
            tell(answer, None)

    def flush(self, seconds):
        self.polled.append(seconds)
        return self.stuck

    def purge(self):
        self.purged += 1
        self.stuck = 0

    def __len__(self):
        return self.stuck


def replaying(*, embedded=False, timeout_s=2.0):
    clock = HandClock()
    broker = MemoryBroker(MemoryTopic(1), embedded=embedded)
    replay = Replay(
        broker,
        Marked(),
        topic=TOPIC,
        group_id=GROUP,
        lock_file=Path("unused"),
        clock=clock,
        timeout_s=timeout_s,
    )
    return replay, clock


def test_every_acknowledgement_is_asked_for_and_batches_are_small_on_an_embedded_broker():
    replay, _clock = replaying()
    assert replay._config() == {
        "bootstrap.servers": "nowhere:1",
        "delivery.report.only.error": False,
    }
    replay, _clock = replaying(embedded=True)
    assert replay._config()["batch.size"] == 262_144


def test_a_letter_counts_with_its_key_its_headers_and_the_one_that_is_added():
    replay, _clock = replaying()
    capacity, client = Narrow(), Client()
    full = letter(b"x" * 100, key=b"four", headers=(("name", b"12345"), ("none", None)))
    assert replay._wait_for_capacity(capacity, client, full, Event()) == 2
    assert capacity.sizes == [100 + 4 + (4 + 5) + 4 + 64]
    assert capacity.keys == [b"four"]
    bare = letter(None, key=None)
    replay._wait_for_capacity(capacity, client, bare, Event())
    assert (capacity.sizes[1], capacity.keys[1]) == (64, b"")


def test_a_full_broker_is_waited_for_and_then_given_up():
    replay, clock = replaying(timeout_s=2.0)
    capacity, client = Narrow(refusals=10), Client()
    assert replay._wait_for_capacity(capacity, client, letter(b"x"), Event()) == 2
    assert clock.waits == [0.02] * 10
    assert client.polled == [0] * 10
    began = clock.seconds
    with pytest.raises(BrokerError, match="broker full") as caught:
        replay._wait_for_capacity(Narrow(refusals=10_000), client, letter(b"x"), Event())
    assert 2.0 <= clock.seconds - began <= 2.05
    assert "start the consumer" in caught.value.hint


def test_a_stop_ends_the_wait_for_room():
    replay, _clock = replaying()
    stop = Event()
    stop.set()
    assert replay._wait_for_capacity(Narrow(refusals=5), Client(), letter(b"x"), stop) is None


def test_letters_go_out_as_they_came_with_a_count_more():
    replay, _clock = replaying()
    client = Client()
    again = letter(b"{", headers=(("a", b"1"), (REDELIVERY_HEADER, b"4"), ("b", None)))
    replay._send_all(client, None, [letter(b"[", number=1), again], Event())
    assert client.sent == [
        (TOPIC, b"[", b"key", -1, [(REDELIVERY_HEADER, b"1")]),
        (TOPIC, b"{", b"key", -1, [("a", b"1"), ("b", None), (REDELIVERY_HEADER, b"5")]),
    ]
    assert replay.acked == 2


def test_on_an_embedded_broker_they_go_where_there_is_room():
    replay, _clock = replaying()
    capacity, client = Narrow(), Client()
    replay._send_all(client, capacity, [letter(b"1"), letter(b"2", number=2)], Event())
    assert [partition for _topic, _value, _key, partition, _headers in client.sent] == [9, 9]
    assert capacity.handed == 2


@pytest.mark.parametrize("capacity", [None, Narrow(), Narrow(refusals=9)])
def test_after_a_stop_nothing_goes_out(capacity):
    replay, _clock = replaying()
    stop = Event()
    stop.set()
    client = Client()
    replay._send_all(client, capacity, [letter(b"1")], stop)
    assert client.sent == []


def test_a_full_client_is_emptied_and_the_letter_goes_out_once():
    replay, _clock = replaying()
    client = Client()
    client.full = 3
    replay._send(client, letter(b"1"), -1)
    assert len(client.sent) == 1
    assert client.polled == [0.1, 0.1, 0.1, 0]


@pytest.mark.parametrize(
    "answer",
    [
        KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED),
        KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)),
    ],
)
def test_a_letter_that_is_refused_is_kept_as_the_failure_and_not_counted(answer):
    replay, _clock = replaying()
    client = Client(None, answer, None)
    letters = [letter(b"%d" % number, number=number) for number in range(3)]
    replay._send_all(client, None, letters, Event())
    assert replay._acked == [letters[0].event_id, letters[2].event_id]
    assert replay._refused.total == 1


def test_the_last_acknowledgements_are_waited_for_as_long_as_was_said():
    replay, clock = replaying(timeout_s=2.0)
    client = Client()
    assert replay._drain(client, Event()) == 0
    assert client.polled == [0.1]
    assert client.purged == 0
    client.stuck = 3
    flush = client.flush

    def slow(seconds):
        clock.seconds += seconds
        return flush(seconds)

    client.flush = slow
    began = clock.seconds
    assert replay._drain(client, Event()) == 3
    assert client.purged == 1
    assert 2.0 <= clock.seconds - began <= 2.25


def test_a_broker_without_a_cap_needs_no_room():
    replay, _clock = replaying()
    with ExitStack() as stack:
        assert replay._open_capacity(stack, Event()) is None


class Turns:
    """A room that leaves a turn after so many asks."""

    def __init__(self, asks):
        self._asks = asks

    def visit(self, _on_way):
        self._asks -= 1
        return self._asks < 0


def test_a_turn_is_waited_for_told_after_a_while_and_given_up():
    replay, clock = replaying(timeout_s=2.0)
    said = []
    replay._waiting = Waiting(told=said.append)
    assert replay._take_turn(Turns(0), int, Event())
    assert replay._take_turn(Turns(5), int, Event())
    assert (said, clock.waits) == ([], [0.02] * 5)
    assert replay._take_turn(Turns(20), int, Event())
    assert set(said) == {"waits until what the producer has sent is acknowledged"}
    began = clock.seconds
    with pytest.raises(BrokerError, match="leaves no turn"):
        replay._take_turn(Turns(10_000), int, Event())
    assert 2.0 <= clock.seconds - began <= 2.05
    stop = Event()
    stop.set()
    assert not replay._take_turn(Turns(3), int, stop)


def test_after_a_stop_acknowledgements_are_waited_for_five_seconds_at_most():
    stop = Event()
    stop.set()
    for timeout_s, limit in ((30.0, 5.0), (2.0, 2.0)):
        replay, clock = replaying(timeout_s=timeout_s)
        client = Client()
        client.stuck = 1
        flush = client.flush

        def slow(seconds, clock=clock, flush=flush):
            clock.seconds += seconds
            return flush(seconds)

        client.flush = slow
        began = clock.seconds
        assert replay._drain(client, stop) == 1
        assert limit <= clock.seconds - began <= limit + 0.25
