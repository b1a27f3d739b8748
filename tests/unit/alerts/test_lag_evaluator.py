"""A consumer is judged by how offset and lag move, as Burrow does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.lag_evaluator import PartitionState, PartitionWindow
from core.alerts.lag_time import PartitionLagTime


def verdict(points, *, reading=True, later=0):
    """Judge (offset, end) pairs, one a second, `later` seconds after the last."""
    window = PartitionWindow(60)
    for second, (offset, end) in enumerate(points):
        window.add(float(second), offset, end, reading=reading)
    return window.state(float(len(points) - 1 + later))


def test_a_consumer_that_keeps_up_is_ok():
    assert verdict([(10 * s, 10 * s) for s in range(90)]) is PartitionState.OK


def test_a_backlog_that_shrinks_is_ok():
    assert verdict([(20 * s, 5_000 + 10 * s) for s in range(90)]) is PartitionState.OK


def test_a_lag_that_only_grows_is_a_warning():
    assert verdict([(10 * s, 1_000 + 20 * s) for s in range(90)]) is PartitionState.WARN


def test_a_consumer_at_work_that_does_not_move_has_stalled():
    assert verdict([(500, 1_000 + s) for s in range(90)]) is PartitionState.STALL


def test_a_consumer_that_is_gone_has_stopped():
    moving = [(10 * s, 100 + 10 * s) for s in range(20)]
    assert verdict(moving + [(190, 400 + s) for s in range(60)], reading=False) is (
        PartitionState.STOP
    )


def test_records_nobody_ever_read_are_a_stop_after_half_a_window():
    waiting = [(0, 100)] * 25
    assert verdict(waiting, reading=False) is PartitionState.OK
    assert verdict(waiting, reading=False, later=10) is PartitionState.STOP


def test_a_consumer_that_was_level_a_moment_ago_has_not_stopped():
    level = [(100, 100)] * 60 + [(100, 105)] * 20
    assert verdict(level, reading=False) is PartitionState.OK


def test_an_offset_that_went_back_is_a_rewind_until_it_has_come_as_far():
    back = [(1_000 + 10 * s, 3_000 + 10 * s) for s in range(40)] + [
        (200 + 10 * s, 3_400 + 10 * s) for s in range(10)
    ]
    assert verdict(back) is PartitionState.REWIND
    recovered = [*back, *((1_500 + 40 * s, 3_500 + 10 * s) for s in range(12))]
    assert verdict(recovered) is PartitionState.OK


def test_a_window_that_is_too_short_says_nothing():
    assert verdict([(500, 1_000 + s) for s in range(20)]) is PartitionState.OK


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=80), st.booleans())
def test_no_lag_is_always_ok(points, reading):
    assert verdict([*points, (100, 100)], reading=reading) is PartitionState.OK


@pytest.mark.parametrize(("offset", "seconds"), [(0, 9.0), (10, 8.0), (55, 4.0), (90, 0.0)])
def test_the_wait_of_the_next_record_is_known_without_reading_it(offset, seconds):
    age = PartitionLagTime()
    for second in range(10):
        age.add(float(second), 10 * second)
    expected = {0: 8.0, 10: 7.0, 55: 3.0, 90: 0.0}[offset]
    assert age.seconds(offset, 9.0) == expected
    assert age.seconds(offset, 10.0) == (seconds if offset != 90 else 0.0)


def test_an_end_that_went_back_begins_anew():
    age = PartitionLagTime()
    age.add(0.0, 500)
    age.add(50.0, 20)
    assert age.seconds(10, 60.0) == 10.0
