"""A batch is stored while the next is read: whatever befalls either, each record is stored once."""

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consumer.batch_writer import BatchWriter
from core.consumer.decoders.base import Decoded
from core.errors import WarehouseError
from core.workers import RunState
from tests.support.consume_loop import Loop
from tests.support.consuming import IDENTITY, MemoryTopic, MemoryWarehouse
from tests.support.decoding import ORDERS

PATIENCE_S = 20.0


class SlowWarehouse(MemoryWarehouse):
    """Its writes wait until somebody lets them."""

    def __init__(self, *faults):
        super().__init__(*faults)
        self.begun, self.let = Event(), Event()

    def write_batch(self, batch):
        self.begun.set()
        assert self.let.wait(PATIENCE_S), "nothing went on beside the write"
        super().write_batch(batch)


class Watched:
    """The decoder of orders; `seen` is called before each batch but the first."""

    def __init__(self, seen):
        self._seen = seen
        self._calls = 0

    def decode(self, payloads) -> Decoded:
        self._calls += 1
        if self._calls > 1:
            self._seen()
        return ORDERS.decode(payloads)


def loop_with(warehouse, *counts, **options):
    loop = Loop(*counts, **{"max_batch": 4} | options)
    loop.warehouse = loop.session._warehouse = loop.assignment._warehouse = warehouse
    return loop


def test_the_next_batch_is_decoded_while_one_is_stored_and_nothing_moves_before_it_is():
    warehouse, seen = SlowWarehouse(), []
    loop = loop_with(warehouse, 10)

    def beside():
        assert warehouse.begun.wait(PATIENCE_S)
        seen.append(
            (dict(loop.assignment.positions), loop.counters.consumed, [*loop.client.commits])
        )
        warehouse.let.set()

    loop.session._decoder = Watched(beside)
    loop.run()
    assert seen[0] == ({0: 0}, 0, [{0: 0}])
    assert [len(batch.payloads) for batch in warehouse.batches] == [4, 4, 2]
    assert warehouse.coordinates == loop.everything
    assert loop.counters.consumed == 10
    assert loop.assignment.positions == {0: 10}


def test_partitions_go_to_others_only_when_nothing_of_them_is_being_written():
    warehouse, stored = SlowWarehouse(), []
    loop = loop_with(warehouse, 8, until_caught_up=False, duration_s=5.0)

    def revoked():
        assert warehouse.begun.wait(PATIENCE_S)
        awaited = loop.assignment.before_release
        loop.assignment.before_release = lambda: (warehouse.let.set(), awaited())
        loop.client.take(0)
        stored.append(dict(warehouse.offsets[IDENTITY]))
        warehouse.let.set()

    loop.client.next_calls.append(lambda: loop.client.next_calls.append(revoked))
    loop.run()
    assert stored == [{0: 4}]
    assert warehouse.coordinates == loop.everything[:4]
    assert loop.assignment.positions == {}
    assert loop.counters.consumed == 4


def test_behind_a_fence_the_batch_that_followed_is_read_again():
    loop = loop_with(MemoryWarehouse(), 10)
    others = loop.warehouse

    def taken():
        others.offsets[IDENTITY][0] = 2  # somebody else stored the first two

    loop.client.next_calls.append(taken)
    loop.run()
    loop.counters.publish(RunState.RUNNING)
    assert (loop.counters.latest.fenced, loop.counters.consumed) == (1, 8)
    assert others.coordinates == loop.everything[2:]
    assert [len(batch.payloads) for batch in others.batches] == [4, 4]


@pytest.mark.parametrize("fault", ["before", "after"])
def test_an_outage_that_met_the_batch_under_way_is_waited_out(fault):
    loop = loop_with(MemoryWarehouse("none", fault), 12)
    loop.run()
    assert loop.warehouse.coordinates == loop.everything
    assert loop.counters.consumed == 12
    assert loop.counters.latest.waiting_for == ""


def test_what_does_not_pass_ends_it_with_the_batch_that_followed_unstored():
    loop = loop_with(MemoryWarehouse("none", WarehouseError("refused")), 12)
    with pytest.raises(WarehouseError, match="refused"):
        loop.run()
    assert loop.warehouse.coordinates == loop.everything[:4]
    assert (loop.assignment.positions, loop.counters.consumed) == ({0: 4}, 4)


def test_a_stop_settles_what_is_under_way():
    warehouse = SlowWarehouse()
    loop = loop_with(warehouse, 12)

    def beside():
        assert warehouse.begun.wait(PATIENCE_S)
        loop.life.stop()
        warehouse.let.set()

    loop.session._decoder = Watched(beside)
    loop.run()
    assert loop.counters.consumed == len(warehouse.coordinates)
    assert warehouse.coordinates == loop.everything[: loop.counters.consumed]
    assert loop.assignment.positions == warehouse.offsets[IDENTITY]


def test_an_error_beside_it_leaves_what_is_stored_counted():
    loop = loop_with(SlowWarehouse(), 12)

    def beside():
        loop.warehouse.let.set()
        raise ValueError("a defect")

    loop.session._decoder = Watched(beside)
    with pytest.raises(ValueError, match="a defect"):
        loop.run()
    assert loop.warehouse.coordinates == loop.everything[:4]
    assert loop.counters.consumed == 4


@pytest.mark.parametrize("limit", [1, 3, 4, 5, 8, 11])
def test_a_limit_is_kept_to_the_record_with_a_batch_under_way(limit):
    loop = loop_with(MemoryWarehouse(), 12, until_caught_up=False, limit=limit)
    loop.run()
    assert loop.warehouse.coordinates == loop.everything[:limit]


def test_a_batch_with_half_the_bytes_is_not_kept_beside_another():
    loop = loop_with(MemoryWarehouse(), 12, max_batch_bytes=800)
    begun = []
    writer = "core.consumer.batch_writer.BatchWriter.begin"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, lambda *_given: begun.append(1))
        loop.run()
    assert begun == []
    assert loop.warehouse.coordinates == loop.everything


HAPPENINGS = st.lists(
    st.one_of(
        st.just(("nothing", 0)),
        st.tuples(
            st.sampled_from(["revoked", "lost", "given", "others", "publish"]), st.integers(0, 2)
        ),
        st.tuples(st.just("fault"), st.sampled_from([0, 1])),
        st.just(("pause", 0)),
        st.just(("resume", 0)),
    ),
    max_size=25,
)


class Happening:
    """A loop to which something happens in each call of its client."""

    def __init__(self, loop, steps):
        self.loop, self.steps = loop, steps
        self.held = {0, 1, 2}
        self.others = []
        self.ways = {
            "revoked": lambda where: self.assign(self.held - {where}),
            "given": lambda where: self.assign(self.held | {where}),
            "lost": self.lose,
            "others": self.store_as_another,
            "publish": lambda where: loop.topic.publish(where, SAMPLE),
            "fault": lambda where: loop.warehouse.faults.append(["before", "after"][where]),
            "pause": lambda _where: loop.life.pause(),
            "resume": lambda _where: loop.life.resume(),
            "nothing": lambda _where: None,
        }

    def follow(self, happenings):
        """Let the first of these happen, and the others in later calls; then come to an end."""
        if happenings:
            what, where = happenings[0]
            self.ways[what](where)
            self.loop.client.next_calls.append(lambda: self.follow(happenings[1:]))
        else:
            self.loop.life.resume()
            self.assign({0, 1, 2})
            self.loop.stop_condition.finish()

    def assign(self, now):
        """Assign partitions, in steps or all at once, as the group does it."""
        gone, come = (self.held - now, now - self.held) if self.steps else (self.held, now)
        if gone:
            self.loop.client.take(*sorted(gone))
        if come:
            self.loop.client.give(*sorted(come))
        self.held = set(now)

    def lose(self, where):
        if self.steps and where in self.held:
            self.loop.client.take(where, how="on_lost")
            self.held.discard(where)

    def store_as_another(self, where):
        """Store the next record of a partition as its new owner does."""
        known = self.loop.warehouse.offsets.get(IDENTITY, {})
        if where not in self.held and known.get(where, 99) < self.loop.topic.high[where]:
            self.others.append((where, known[where]))
            known[where] += 1


@given(
    counts=st.lists(st.integers(0, 12), min_size=3, max_size=3),
    happenings=HAPPENINGS,
    most=st.integers(1, 4),
    steps=st.booleans(),
)
def test_whatever_happens_each_record_is_stored_once(counts, happenings, most, steps):
    loop = Loop(*counts, max_batch=most, steps=steps, until_caught_up=False, duration_s=400.0)
    happening = Happening(loop, steps)
    loop.client.next_calls.append(lambda: happening.follow(happenings))
    loop.run()
    warehouse = loop.warehouse
    assert sorted(warehouse.coordinates + happening.others) == loop.everything
    assert loop.assignment.positions == warehouse.offsets[IDENTITY] == loop.topic.high
    # Where it is not known who stored a batch, it counts as ours.
    ours = len(warehouse.coordinates)
    assert ours <= loop.counters.consumed <= ours + len(happening.others)


SAMPLE = Loop(1).topic.records[0][0]


def test_a_batch_that_met_half_the_bytes_with_its_last_record_is_stored_beside_the_next():
    size = len(MemoryTopic(1).records[0][0])
    loop = loop_with(MemoryWarehouse(), 12, max_batch_bytes=2 * (4 * size - 1))
    begun, begin = [], BatchWriter.begin
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchWriter, "begin", lambda *given: (begun.append(1), begin(*given)))
        loop.run()
    assert begun
    assert loop.warehouse.coordinates == loop.everything
