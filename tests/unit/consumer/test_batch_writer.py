"""A batch is stored exactly once, whatever becomes of the attempts and their replies."""

from threading import Event

import pytest

from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.errors import FencedError, WarehouseError
from core.registry.client import RegistryError
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.support.consuming import IDENTITY, START, HandClock, MemoryWarehouse

AWAY = WarehouseError("away", transient=True)


class Storing:
    """A store, its warehouse with two partitions at offset 5, and what it was told."""

    def __init__(self, *faults, give_up_after_s=None):
        self.warehouse = MemoryWarehouse(*faults)
        self.warehouse.offsets[IDENTITY] = {0: 5, 1: 5}
        self.clock = HandClock()
        self.stop = Event()
        self.told = []
        self.alive = 0
        self.in_between = lambda: None
        self.store = BatchWriter(
            self.warehouse,
            self.clock,
            self.stop,
            waiting=self.told.append,
            alive=self._alive,
            give_up_after_s=give_up_after_s,
        )

    def _alive(self):
        self.alive += 1
        self.in_between()

    def write(self, start=5):
        moves = [OffsetAdvance(part, start, start + 3) for part in (0, 1)]
        return self.store.write(batch(moves))


def batch(moves):
    return RawBatch(
        identity=IDENTITY,
        received_at=START,
        partitions=[],
        offsets=[],
        payloads=[],
        dead_letters=[],
        advances=moves,
    )


def test_a_write_that_succeeds_is_told_to_nobody():
    storing = Storing()
    assert storing.write() is WriteOutcome.STORED
    assert (storing.told, storing.alive, storing.warehouse.attempts) == ([], 0, 1)


def test_a_batch_from_elsewhere_is_fenced_at_once():
    storing = Storing()
    assert storing.write(start=4) is WriteOutcome.FENCED
    assert storing.warehouse.attempts == 1
    assert storing.told == []


def test_a_failure_that_does_not_pass_is_raised_at_once():
    storing = Storing(WarehouseError("refused"))
    with pytest.raises(WarehouseError, match="refused"):
        storing.write()
    assert storing.warehouse.attempts == 1


def test_what_was_not_sent_is_written_again_and_the_wait_is_told():
    storing = Storing("before", AWAY)
    assert storing.write() is WriteOutcome.STORED
    assert storing.warehouse.attempts == 3
    assert len(storing.warehouse.batches) == 1
    assert storing.told == ["not sent", "away", None]
    assert storing.alive > 0


def test_a_lost_reply_is_no_fence():
    """All of the batch is there: it was the first attempt that stored it."""
    storing = Storing("after")
    assert storing.write() is WriteOutcome.STORED
    assert storing.warehouse.attempts == 1
    assert storing.told == ["the reply was lost", None]


def test_another_one_that_stored_meanwhile_is_a_fence_and_nothing_is_written():
    storing = Storing("before")
    storing.in_between = lambda: storing.warehouse.offsets[IDENTITY].update({1: 6})
    assert storing.write() is WriteOutcome.FENCED
    assert storing.warehouse.attempts == 1
    assert storing.told[-1] is None


def test_another_one_that_stored_a_part_to_the_same_end_is_a_fence_too():
    storing = Storing("before")
    storing.in_between = lambda: storing.warehouse.offsets[IDENTITY].update({1: 8})
    assert storing.write() is WriteOutcome.FENCED
    assert storing.warehouse.attempts == 1


def test_a_fence_between_the_look_and_the_second_write_is_seen():
    storing = Storing("before", FencedError("fenced", transient=True))
    assert storing.write() is WriteOutcome.FENCED
    assert storing.warehouse.attempts == 2


def test_a_stop_ends_the_wait_and_nothing_is_written_then():
    storing = Storing("before")
    storing.in_between = storing.stop.set
    assert storing.write() is WriteOutcome.STOPPED
    assert storing.warehouse.attempts == 1
    assert storing.told == ["not sent", None]


def test_a_failure_that_turns_out_lasting_is_raised_and_the_wait_is_over():
    storing = Storing("before", WarehouseError("refused"))
    with pytest.raises(WarehouseError, match="refused"):
        storing.write()
    assert storing.told == ["not sent", None]


@pytest.mark.parametrize("limit", [2.0, 30.0])
def test_it_gives_up_when_the_warehouse_stays_away_for_too_long(limit):
    storing = Storing(*[AWAY] * 1_000, give_up_after_s=limit)
    with pytest.raises(WarehouseError, match="away") as caught:
        storing.write()
    assert not caught.value.transient, "it had its time: no other session is to try"
    lasted = storing.clock.seconds - 1_000
    assert limit <= lasted <= 2 * limit + 10
    assert storing.told[-1] is None


def test_without_a_limit_it_waits_on_ever_more_patiently():
    storing = Storing(*[AWAY] * 60)
    assert storing.write() is WriteOutcome.STORED
    lasted = storing.clock.seconds - 1_000
    # 0.2 s, doubled up to 10 s, each cut by up to a half at random.
    assert 54 * 10 / 2 < lasted < 60 * 10
    first = Storing("before")
    first.write()
    assert 0.1 <= first.clock.seconds - 1_000 <= 0.2 + 0.05


def waits_of(storing):
    """Return how long each of its waits was."""
    began, ends = storing.clock.seconds, []
    original = storing.warehouse.stored_offsets

    def looked(identity):
        ends.append(storing.clock.seconds)
        return original(identity)

    storing.warehouse.stored_offsets = looked
    storing.write()
    return [end - start for start, end in zip([began, *ends], ends, strict=False)]


def test_waits_double_up_to_ten_seconds():
    for _round in range(10):
        first, second, third, *_rest, last = waits_of(Storing(*[AWAY] * 12))
        assert 0.1 <= first <= 0.25
        assert 0.2 <= second <= 0.45
        assert 0.4 <= third <= 0.85
        assert 5.0 <= last <= 10.05
    assert 9.5 < max(waits_of(Storing(*[AWAY] * 300))) <= 10.05


def test_the_limit_is_reached_at_its_moment():
    storing = Storing(*[AWAY] * 9, give_up_after_s=5.0)
    storing.in_between = lambda: setattr(storing.clock, "seconds", 1_005.0 - 0.05)
    storing.clock.wait = lambda _stop, _seconds: setattr(storing.clock, "seconds", 1_005.0)
    with pytest.raises(WarehouseError, match="away"):
        storing.write()
    assert storing.warehouse.attempts == 2


def test_the_membership_is_kept_every_twentieth_of_a_second():
    storing = Storing(*[AWAY] * 10)
    storing.write()
    lasted = storing.clock.seconds - 1_000
    assert storing.alive >= lasted / 0.05 - 1
    assert set(storing.clock.waits) == {0.05}


def test_a_look_that_fails_is_a_failure_like_any_other():
    storing = Storing("before")
    looks = []

    def away_for_a_while():
        looks.append(1)
        storing.warehouse.down = AWAY if len(looks) < 10 else None

    storing.in_between = away_for_a_while
    assert storing.write() is WriteOutcome.STORED
    assert storing.warehouse.attempts == 2


class Attempts:
    """Fails so many times, then gives a result."""

    def __init__(self, count):
        self.left = count

    def __call__(self):
        if self.left:
            self.left -= 1
            raise RegistryError("away", transient=True)
        return "done"


def test_a_registry_that_is_away_is_waited_for_as_the_warehouse_is():
    storing = Storing(give_up_after_s=60.0)
    assert storing.store.patiently(Attempts(3)) == "done"
    assert storing.told == ["away", "away", "away", None]
    assert storing.alive > 3


def test_a_stop_ends_the_wait_for_a_registry_and_a_limit_makes_it_an_error():
    storing = Storing()
    storing.in_between = storing.stop.set
    assert storing.store.patiently(Attempts(10**6)) is None
    patient = Storing(give_up_after_s=5.0)
    with pytest.raises(RegistryError) as given_up:
        patient.store.patiently(Attempts(10**6))
    assert not given_up.value.transient
    assert patient.told[-1] is None
