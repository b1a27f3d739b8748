"""What options and snapshots are when nobody says anything."""

from core.consumer.options import ConsumeOptions
from core.consumer.snapshot import ConsumerSnapshot, LatencyBuckets, Percentiles
from core.warehouse.model import OffsetGap
from core.workers import RunState


def test_bounds_of_a_batch_are_those_of_the_manual():
    options = ConsumeOptions("topic", "group")
    assert (options.until_caught_up, options.limit, options.duration_s) == (False, None, None)
    assert (options.flush_s, options.max_batch) == (0.1, 20_000)
    assert options.max_batch_bytes == 33_554_432
    assert options.give_up_after_s == 30.0


def test_a_consumer_of_which_nothing_is_known_shows_nothing():
    empty = ConsumerSnapshot()
    assert (empty.state, empty.topic) == (RunState.IDLE, "")
    counts = (empty.consumed, empty.inserted, empty.dead_lettered, empty.already_stored)
    assert counts == (0, 0, 0, 0)
    assert (empty.fenced, empty.rate, empty.last_batch) == (0, 0.0, 0)
    assert (empty.waiting_for, empty.commit_error) == ("", "")
    assert (empty.total_lag, empty.gap_offsets) == (None, 0)
    assert empty.latency == Percentiles()
    assert (LatencyBuckets().total, LatencyBuckets().sum_s) == (0, 0.0)


def test_sums_are_over_partitions_and_gaps():
    gaps = (OffsetGap(0, 3, 7, "retention"), OffsetGap(1, 0, 10, "evicted"))
    full = ConsumerSnapshot(lag={0: 3, 1: 4}, gaps=gaps)
    assert (full.total_lag, full.gap_offsets) == (7, 14)
    assert ConsumerSnapshot(offsets={0: 1, 1: 2}, lag={0: 3, 1: 0}).total_lag == 3
    assert ConsumerSnapshot(offsets={0: 1, 1: 2}, lag={0: 3}).total_lag is None
