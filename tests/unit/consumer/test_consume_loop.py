"""The loop of a consumer over a client in memory: nothing is lost, doubled or put back."""

import logging

import pytest
from confluent_kafka import KafkaError, KafkaException

from core.broker.client_error_codes import ClientErrorCode
from core.errors import BrokerError, DataLossError, WarehouseError
from core.registry.client import RegistryError
from core.warehouse.model import OffsetAdvance, OffsetGap
from core.workers import RunState
from tests.support.consume_loop import Loop
from tests.support.consuming import (
    IDENTITY,
    REMADE,
    TOPIC,
    Record,
    failed,
)
from tests.support.decoding import ORDERS
from tests.support.events import event

AWAY = BrokerError("away", transient=True)


def reads_before_each_retry(loop, *calls):
    """Let things happen in the polls that keep the membership during an outage."""
    original, left = loop.client.poll, list(calls)

    def poll(seconds):
        if left:
            left.pop(0)()
        return original(seconds)

    loop.client.poll = poll


def test_everything_is_stored_once_and_then_told_to_kafka() -> None:
    loop = Loop(5, 3)
    counters = loop.run()
    assert loop.warehouse.coordinates == loop.everything
    assert loop.stored == {0: 5, 1: 3}
    assert loop.client.commits[-1] == {0: 5, 1: 3}
    assert counters.consumed == 8


def test_a_schema_that_is_not_to_be_had_is_waited_for_with_everything_as_it_was() -> None:
    loop = Loop(5, 3)
    decoder, states = SlowToKnow(4), []
    loop.session._decoder = decoder
    publish = loop.counters.publish
    loop.counters.publish = lambda state: (
        publish(state),
        states.append((loop.counters.latest.state, loop.counters.latest.waiting_for)),
    )
    loop.run()
    assert decoder.left == 0
    waits = {told for state, told in states if state is RunState.WAITING}
    assert waits == {f"{TOPIC}/0/0: no schema"}
    assert loop.warehouse.coordinates == loop.everything
    assert (loop.counters.consumed, loop.counters.latest.waiting_for) == (8, "")
    assert loop.warehouse.batches[0].dead_letters == []


class SlowToKnow:
    """The decoder of orders, once it has failed so many times for want of a schema."""

    def __init__(self, count):
        self.left = count

    def decode(self, payloads):
        if self.left:
            self.left -= 1
            raise RegistryError("no schema", transient=True)
        return ORDERS.decode(payloads)


def test_positions_move_only_when_the_batch_is_stored() -> None:
    loop = Loop(5)
    loop.warehouse.faults = [WarehouseError("refused")]
    with pytest.raises(WarehouseError, match="refused"):
        loop.run()
    assert loop.assignment.positions == {0: 0}
    assert loop.client.commits == []
    assert loop.counters.consumed == 0


@pytest.mark.parametrize("embedded", [True, False])
def test_a_record_that_comes_during_an_outage_is_read_again_after_it(embedded) -> None:
    """It slipped in before the pause. Lost, it would be a gap, or a skipped offset."""
    loop = Loop(5, 2, embedded=embedded)
    loop.warehouse.faults = ["before", "before"]
    late = [b"%d" % number for number in range(3)]

    def arrive():
        loop.topic.publish(0, *late)
        loop.client.slips = 2

    reads_before_each_retry(loop, arrive)
    loop.run()
    assert [part for part, _offset in loop.client.seeks] == [0, 0]
    loop.stop_condition.finish()
    loop.run()
    assert loop.warehouse.coordinates == sorted([*loop.everything])
    assert (0, 7) in loop.warehouse.coordinates
    assert loop.warehouse.gaps == []
    moves = [move for batch in loop.warehouse.batches for move in batch.advances]
    assert sum(move.skipped for move in moves) == 0
    assert loop.counters.latest.gap_offsets == 0


def test_an_error_during_an_outage_moves_nothing() -> None:
    loop = Loop(5)
    loop.warehouse.faults = ["before"]
    reads_before_each_retry(
        loop, lambda: loop.client.answers.append(failed(ClientErrorCode.TRANSPORT, 0, 3))
    )
    loop.run()
    assert loop.client.seeks == []
    assert loop.warehouse.coordinates == loop.everything


def test_nothing_is_read_during_an_outage_and_reading_goes_on_after_it() -> None:
    loop = Loop(3)
    loop.warehouse.faults = ["before"]
    states = []
    paused = []

    def look():
        paused.append(set(loop.client.paused))
        states.append(loop.counters.latest.state)

    reads_before_each_retry(loop, look, look)
    loop.run()
    assert paused[0] == {0}
    assert states[0] is RunState.WAITING
    loop.topic.publish(0, b"after")
    loop.session._follow_pause(loop.client)
    assert loop.client.paused == set()
    assert not loop.counters.latest.waiting_for


def test_a_partition_revoked_during_an_outage_is_not_put_back() -> None:
    loop = Loop(5, 3)
    loop.warehouse.faults = ["before"]
    reads_before_each_retry(loop, lambda: loop.client.take(1))
    loop.broker.commits = {1: 3}  # whoever has it now
    counters = loop.run()
    assert loop.assignment.positions == loop.client.at == {0: 5}
    counters.publish(RunState.RUNNING)
    assert counters.latest.offsets == {0: 5}
    assert all(1 not in told for told in loop.client.commits), "its new owner commits it"
    assert [one.partition for one in loop.assignment.partitions()] == [0]


def test_a_fenced_batch_is_counted_and_reading_goes_on_at_what_is_stored() -> None:
    loop = Loop(5)
    loop.warehouse.offsets[IDENTITY] = {0: 0}

    def overtaken():
        loop.warehouse.offsets[IDENTITY][0] = 2

    original = loop.warehouse.write_batch

    def write(batch):
        if loop.warehouse.attempts == 0:
            overtaken()
        original(batch)

    loop.warehouse.write_batch = write
    counters = loop.run()
    assert loop.warehouse.coordinates == [(0, 2), (0, 3), (0, 4)]
    assert counters.latest.fenced == 1
    assert counters.consumed == 3
    assert loop.stored == {0: 5}


def large_after_small(**options) -> Loop:
    """Return a loop that asks for many large records at once, because the ones before are small."""
    loop = Loop(40, max_batch_bytes=100_000, **options)
    for offset in range(36, 40):
        loop.topic.records[0][offset] = b"x" * 60_000
    return loop


def test_records_that_overrun_the_bytes_of_a_batch_are_stored_in_parts() -> None:
    loop = large_after_small()
    loop.run()
    sizes = [
        sum(map(len, [*batch.payloads, *(bad.payload for bad in batch.dead_letters)]))
        for batch in loop.warehouse.batches
    ]
    assert max(sizes) <= 100_000
    assert len(sizes) == 4
    assert sorted(loop.warehouse.coordinates) == [(0, offset) for offset in range(40)]
    assert loop.stored == {0: 40}


def test_an_end_is_reached_with_the_last_part_only() -> None:
    loop = large_after_small(eof=True)
    del loop.topic.records[0][38]  # the mark of a transaction
    del loop.topic.records[0][39]
    loop.run()
    moves = [batch.advances[0] for batch in loop.warehouse.batches]
    assert [move.skipped for move in moves[:-1]] == [0] * (len(moves) - 1)
    assert moves[-1].next_offset == 40
    assert sum(len(batch.dead_letters) for batch in loop.warehouse.batches) == 2


def test_a_fence_between_parts_leaves_the_others_to_be_read_again() -> None:
    loop = large_after_small()
    original = loop.warehouse.write_batch

    def write(batch):
        if loop.warehouse.attempts == 1:
            loop.warehouse.offsets[IDENTITY][0] = 38  # by somebody else
        original(batch)

    loop.warehouse.write_batch = write
    counters = loop.run()
    assert counters.latest.fenced == 1
    assert loop.warehouse.gaps == []
    assert [offset for _part, offset in loop.warehouse.coordinates if offset > 36] == [38, 39]
    assert loop.stored == {0: 40}


def test_a_stop_during_an_outage_ends_it_with_nothing_stored() -> None:
    loop = Loop(5)
    loop.warehouse.faults = ["before"] * 99
    reads_before_each_retry(loop, loop.life.stop)
    counters = loop.run()
    assert loop.warehouse.batches == []
    assert loop.assignment.positions == {0: 0}
    assert counters.consumed == 0


def test_where_every_offset_holds_a_record_a_hole_is_a_gap_said_aloud(caplog) -> None:
    loop = Loop(5, embedded=True)
    del loop.topic.records[0][2]
    counters = loop.run()
    assert loop.warehouse.gaps == [OffsetGap(0, 2, 3, "evicted")]
    counters.publish(RunState.RUNNING)
    assert counters.latest.gap_offsets == 1
    (said,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert said.message == "offsets lost"


def test_an_end_without_records_takes_the_position_over_it() -> None:
    loop = Loop(5, eof=True)
    del loop.topic.records[0][4], loop.topic.records[0][3]
    loop.run()
    assert loop.stored == {0: 5}
    moves = [move for batch in loop.warehouse.batches for move in batch.advances]
    assert sum(move.skipped for move in moves) == 2
    assert loop.warehouse.gaps == []


def test_a_topic_of_nothing_but_marks_is_read_to_its_end() -> None:
    loop = Loop(3, eof=True)
    loop.topic.records[0].clear()
    loop.run()
    (batch,) = loop.warehouse.batches
    assert list(batch.advances) == [OffsetAdvance(0, 0, 3, skipped=3)]


def test_offsets_that_are_gone_are_stepped_over_and_counted() -> None:
    loop = Loop(5, 2)
    loop.warehouse.offsets[IDENTITY] = {0: 1, 1: 0}
    loop.topic.drop(0, before=3)
    counters = loop.run()
    assert loop.warehouse.gaps == [OffsetGap(0, 1, 3, "retention")]
    assert counters.latest.gap_offsets == 2
    assert loop.warehouse.coordinates == [(0, 3), (0, 4), (1, 0), (1, 1)]


def test_a_topic_that_was_cut_ends_it() -> None:
    loop = Loop(5)
    loop.warehouse.offsets[IDENTITY] = {0: 5}
    loop.topic.cut(0, at=4)
    with pytest.raises(DataLossError):
        loop.run()


def test_a_topic_made_again_while_it_was_read_stores_nothing_of_it() -> None:
    loop = Loop(5)
    loop.client.next_calls.append(lambda: setattr(loop.broker, "present", REMADE))
    with pytest.raises(BrokerError, match="made again"):
        loop.run()
    assert loop.warehouse.batches == []


def test_while_no_broker_tells_whose_records_they_are_they_wait() -> None:
    loop = Loop(5)
    loop.client.next_calls.append(lambda: setattr(loop.broker, "down", AWAY))
    loop.client.unreachable = 3
    reasons = []

    def list_topics(topic, timeout, original=loop.client.list_topics):
        assert timeout == 0.5
        if not loop.client.unreachable:
            loop.broker.down = None
        reasons.append(loop.counters.latest.waiting_for)
        original(topic, timeout)

    loop.client.list_topics = list_topics
    loop.run()
    assert loop.warehouse.coordinates == loop.everything
    assert len(reasons) == 4
    assert "no broker answers at nowhere:1" in reasons[-1]
    assert loop.counters.latest.waiting_for == ""
    assert loop.clock.waits.count(0.5) == 3


def test_the_topic_is_asked_for_once_records_were_read_and_told_before_they_are_stored() -> None:
    loop, steps = Loop(3), []

    def spied(owner, name, step):
        original = getattr(owner, name)

        def call(*arguments):
            found = original(*arguments)
            steps.append(step if found or step == "stored" else "")
            return found

        setattr(owner, name, call)

    def asked(_topic):
        steps.append("asked")
        return lambda: (steps.append("told"), loop.broker.present)[1]

    loop.broker.ask_identity = asked
    spied(loop.client, "consume", "read")
    spied(loop.session, "_built", "decoded")
    spied(loop.warehouse, "write_batch", "stored")
    loop.run()
    assert [step for step in steps if step][:5] == ["read", "asked", "decoded", "told", "stored"]


@pytest.mark.parametrize("confirming", [True, False])
def test_it_gives_up_when_the_broker_stays_away(confirming) -> None:
    loop = Loop(5, give_up_after_s=10.0)
    loop.client.unreachable = 10_000
    if confirming:
        loop.client.next_calls.append(lambda: setattr(loop.broker, "down", AWAY))
    else:
        loop.session._outage.on_error(KafkaError(ClientErrorCode.ALL_BROKERS_DOWN))
    began = loop.clock.seconds
    with pytest.raises(BrokerError, match="no broker answers") as caught:
        loop.run()
    assert not caught.value.transient
    assert 10 <= loop.clock.seconds - began <= 11


def test_a_broker_that_tells_nothing_but_answers_is_given_up_too() -> None:
    loop = Loop(5, give_up_after_s=3.0)
    loop.client.next_calls.append(lambda: setattr(loop.broker, "down", AWAY))
    original = loop.client.list_topics

    def list_topics(topic, timeout):
        loop.clock.seconds += 1
        original(topic, timeout)

    loop.client.list_topics = list_topics
    with pytest.raises(BrokerError, match="away"):
        loop.run()
    assert loop.warehouse.batches == []


def test_a_refusal_of_the_broker_is_raised_at_once() -> None:
    loop = Loop(5)
    loop.client.next_calls.append(
        lambda: setattr(loop.broker, "down", BrokerError("not authorised"))
    )
    with pytest.raises(BrokerError, match="not authorised"):
        loop.run()
    assert loop.clock.waits == []


def test_a_stop_while_nobody_tells_ends_it_with_nothing_stored() -> None:
    loop = Loop(5)

    def stop_in_an_outage():
        loop.broker.down = AWAY
        loop.life.stop()

    loop.client.next_calls.append(stop_in_an_outage)
    loop.run()
    assert loop.warehouse.batches == []


def test_an_outage_without_a_limit_is_waited_out_or_stopped() -> None:
    loop = Loop(5, give_up_after_s=None)
    loop.client.unreachable = 1_000
    loop.session._outage.on_error(KafkaError(ClientErrorCode.ALL_BROKERS_DOWN))
    loop.run()
    assert loop.warehouse.coordinates == loop.everything
    assert loop.clock.waits.count(0.5) == 1_000


def test_only_the_loss_of_every_broker_is_an_outage() -> None:
    loop = Loop(5)
    loop.client.unreachable = 1
    loop.session._outage.on_error(KafkaError(ClientErrorCode.TRANSPORT))
    loop.run()
    assert loop.client.unreachable == 1


def test_a_pause_keeps_the_partitions_those_that_come_later_too() -> None:
    loop = Loop(0, 0, until_caught_up=False)
    loop.life.pause()
    seen = []
    rounds = [
        lambda: loop.client.give(1),
        lambda: loop.topic.publish(1, b"while it is paused"),
        lambda: loop.client.give(0),
        lambda: loop.topic.publish(0, b"while it is paused"),
        loop.life.resume,
        loop.stop_condition.finish,
    ]
    original = loop.client.consume

    def consume(most, seconds):
        seen.append((set(loop.client.paused), loop.life.state, loop.warehouse.coordinates))
        if rounds:
            rounds.pop(0)()
        return original(most, seconds)

    loop.client.next_calls.clear()
    loop.client.consume = consume
    loop.run()
    assert seen[1:6] == [
        ({1}, RunState.PAUSED, []),
        ({1}, RunState.PAUSED, []),
        ({0, 1}, RunState.PAUSED, []),
        ({0, 1}, RunState.PAUSED, []),
        (set(), RunState.RUNNING, []),
    ]
    assert loop.warehouse.coordinates == loop.everything == [(0, 0), (1, 0)]


def test_a_pause_and_its_end_are_told_at_once() -> None:
    loop = Loop(5)
    loop.client.give(0)
    loop.client.next_calls.clear()
    loop.life.pause()
    loop.session._follow_pause(loop.client)
    assert loop.counters.latest.state is RunState.PAUSED
    told = loop.counters.latest
    loop.session._follow_pause(loop.client)
    assert loop.counters.latest is told
    loop.life.resume()
    loop.session._follow_pause(loop.client)
    assert loop.counters.latest.state is RunState.RUNNING


def test_before_an_assignment_it_neither_runs_nor_pauses() -> None:
    loop = Loop(5)
    loop.session._follow_pause(loop.client)
    assert loop.life.state is RunState.IDLE


def test_a_limit_is_kept_to_the_record() -> None:
    loop = Loop(50, limit=7, until_caught_up=False)
    counters = loop.run()
    assert counters.consumed == 7
    assert loop.stored == {0: 7}


def test_a_commit_that_fails_at_once_is_told_and_harms_nothing(caplog) -> None:
    loop = Loop(5)
    loop.client.commit_error = KafkaError(ClientErrorCode.TRANSPORT, "no coordinator")
    with caplog.at_level(logging.WARNING):
        loop.run()
    assert loop.warehouse.coordinates == loop.everything
    assert "no coordinator" in loop.counters.commit_error
    assert [one.message for one in caplog.records] == ["commit to Kafka failed"]


def test_a_commit_that_failed_later_is_repeated_half_a_second_later(caplog) -> None:
    loop = Loop(5)
    loop.run()
    told = len(loop.client.commits)
    refused = KafkaError(KafkaError.NOT_COORDINATOR, "not\x1b coordinator")
    loop.session._on_commit(refused, [])
    loop.session._on_commit(refused, [])
    assert len([one for one in caplog.records if one.levelname == "WARNING"]) == 1
    assert "coordinator" in loop.counters.commit_error
    assert "\x1b" not in loop.counters.commit_error
    loop.session._tell_again(loop.client)
    loop.clock.seconds = 0.0
    loop.session._on_commit(refused, [])
    loop.clock.seconds = 0.49
    loop.session._tell_again(loop.client)
    assert len(loop.client.commits) == told
    loop.clock.seconds = 0.5
    loop.session._tell_again(loop.client)
    loop.session._tell_again(loop.client)
    assert loop.client.commits[told:] == [{0: 5}]
    loop.session._on_commit(None, [])
    assert loop.counters.commit_error == ""
    loop.clock.seconds += 9
    loop.session._tell_again(loop.client)
    assert len(loop.client.commits) == told + 1


def test_small_batches_are_told_to_kafka_five_times_a_second_and_the_last_one_too() -> None:
    loop = Loop(1, until_caught_up=False, duration_s=2.0)
    consume = loop.client.consume

    def one_more(most, seconds):
        loop.clock.seconds += 0.02
        if len(loop.topic.records[0]) < 80:
            loop.topic.publish(0, event(1))
        return consume(most, seconds)

    loop.client.consume = one_more
    loop.run()
    assert loop.stored == {0: 80}
    assert 5 <= len(loop.client.commits) <= 11, "each batch tells nobody anything"
    assert loop.client.commits[-1] == {0: 80}, "nobody would see the lag gone"


def test_a_new_owner_tells_kafka_what_the_former_one_has_stored() -> None:
    loop = Loop(5, eof=True)
    loop.warehouse.offsets[IDENTITY] = {0: 5}
    loop.run()
    assert loop.client.commits == [{0: 5}]


def test_what_is_stored_is_told_to_an_embedded_broker_again_and_again_with_where() -> None:
    loop = Loop(5, embedded=True, mark="this warehouse")
    loop.run()
    told = len(loop.client.commits)
    loop.session._tell_again(loop.client)
    assert len(loop.client.commits) == told
    loop.clock.seconds += 1
    loop.session._tell_again(loop.client)
    loop.session._tell_again(loop.client)
    assert loop.client.commits[told:] == [{0: 5}], "another member may have committed over it"
    assert loop.client.marks == {"this warehouse"}


def test_a_commit_of_nothing_was_only_to_wake_the_client() -> None:
    loop = Loop(5)
    loop.counters.commit_error = "as before"
    loop.session._on_commit(KafkaError(ClientErrorCode.NO_OFFSET), [])
    assert loop.counters.commit_error == "as before"
    loop.session._tell_kafka(loop.client)
    assert loop.client.commits == [], "nothing is held, so there is nothing to tell"


def test_what_fails_in_the_client_ends_it() -> None:
    loop = Loop(5)

    def consume(_most, _seconds):
        raise KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED))

    loop.client.consume = consume
    with pytest.raises(KafkaException):
        loop.run()


def test_records_without_an_assignment_are_a_defect_of_ours() -> None:
    loop = Loop(5)
    with pytest.raises(AssertionError, match="after an assignment"):
        loop.session._built([Record(0, 0, b"{}")], {}, {})


def test_what_was_stored_before_is_counted_and_not_written_again() -> None:
    loop = Loop(5)
    loop.client.answers = [Record(7, 0, b"{}")]
    loop.run()
    assert loop.warehouse.attempts == 1
    assert loop.warehouse.coordinates == loop.everything


def test_records_of_partitions_that_went_away_are_left_and_reading_goes_on() -> None:
    loop = Loop(5, until_caught_up=False, duration_s=1.0)
    loop.client.next_calls.clear()
    loop.client.give(0)
    loop.client.at[0] = 5  # nothing else to read
    loop.client.answers = [Record(7, 0, b"{}"), Record(7, 1, b"{}")]
    began = loop.clock.seconds
    loop.run()
    assert loop.warehouse.attempts == 0
    assert loop.clock.seconds - began >= 1.0, "it read on to its end"


def test_snapshots_are_fresh_while_nothing_comes() -> None:
    loop = Loop(5, until_caught_up=False, duration_s=3.0)
    seen = []
    original = loop.client.consume

    def consume(most, seconds):
        seen.append(loop.counters.latest)  # kept: ids of what is gone come again
        return original(most, seconds)

    loop.client.consume = consume
    loop.run()
    assert len(set(map(id, seen))) > 20
