"""The verdict of a window at its edges: half a window, the spacing of points, lag that stands."""

import pytest

from core.alerts.lag_evaluator import PartitionState, PartitionWindow


def window(*points, window_s=60.0, reading=True):
    made = PartitionWindow(window_s)
    for at_s, offset, end in points:
        made.add(float(at_s), offset, end, reading=reading)
    return made


@pytest.mark.parametrize(("span", "verdict"), [(29, "OK"), (30, "STALL")])
def test_half_a_window_is_long_enough_for_a_verdict(span, verdict):
    points = [(s, 5, 100) for s in range(span + 1)]
    # A point is kept each six seconds: the last of them counts.
    spaced = window(*points, (span, 5, 100))
    expected = PartitionState[verdict]
    assert window((0, 5, 100), (span, 5, 100)).state(span) is expected
    assert spaced.state(span) in {expected, PartitionState.OK}


def test_points_closer_than_a_tenth_of_the_window_are_left_out():
    # Lag falls between two close points: seen, it would hide that it never shrinks over time.
    slow = [(s, 10 * s, 1_000 + 20 * s) for s in range(0, 61, 6)]
    wobble = [point for at, off, end in slow for point in ((at, off, end), (at + 5, off + 49, end))]
    assert window(*wobble).state(65.0) is PartitionState.WARN
    wide = [point for at, off, end in slow for point in ((at, off, end), (at + 3, off, end + 500))]
    assert window(*wide).state(63.0) is PartitionState.WARN
    kept = [(0, 0, 1_000), (6, 10, 1_500), (12, 600, 1_400), (40, 700, 2_000)]
    assert window(*kept).state(40.0) is PartitionState.OK


def test_a_level_moment_between_two_points_is_not_forgotten():
    points = [(0, 0, 100), (3, 100, 100), (40, 100, 200), (50, 101, 300)]
    assert window(*points).state(50.0) is PartitionState.OK


def test_lag_that_stands_still_while_reading_goes_on_is_a_warning():
    assert window(*[(s, 10 * s, 50 + 10 * s) for s in range(40)]).state(39.0) is (
        PartitionState.WARN
    )


def test_a_lag_of_one_record_is_lag():
    assert window((0, 5, 6), (40, 5, 6)).state(40.0) is PartitionState.STALL
    assert window((0, 5, 6), (40, 5, 5)).state(40.0) is PartitionState.OK


def test_points_older_than_the_window_do_not_count():
    old = [(0, 1_000, 1_100), (10, 500, 1_100)]
    new = [(70 + s, 600 + s, 2_000 + 2 * s) for s in range(0, 60, 6)]
    assert window(*old, (20, 600, 1_200)).state(20.0) is PartitionState.REWIND
    assert window(*old, *new).state(124.0) is PartitionState.WARN


def test_an_offset_that_stays_is_no_rewind_and_one_that_came_as_far_again_is_none():
    assert window((0, 5, 90), (10, 5, 90), (40, 5, 90)).state(40.0) is PartitionState.STALL
    back = [(0, 50, 90), (10, 40, 90), (45, 50, 90)]
    assert window(*back).state(45.0) is not PartitionState.REWIND
    assert window(*back[:2], (45, 49, 90)).state(45.0) is PartitionState.REWIND


@pytest.mark.parametrize(("silent", "verdict"), [(29.9, "OK"), (30.0, "STOP")])
def test_silence_of_half_a_window_is_a_stop(silent, verdict):
    gone = window((0, 5, 90), reading=False)
    assert gone.state(silent) is PartitionState[verdict]


@pytest.mark.parametrize(("silent", "verdict"), [(40.0, "OK"), (40.1, "STOP")])
def test_silence_counts_once_it_is_longer_than_the_consumer_was_seen(silent, verdict):
    seen = [(s, s, 100 + s) for s in range(0, 41, 8)]
    moved = window(*[(at, off, end - off // 2) for at, off, end in seen])
    assert (moved.state(40.0 + silent) is PartitionState.STOP) is (verdict == "STOP")


def test_states_are_ordered_from_good_to_bad():
    order = ["OK", "WARN", "STALL", "STOP", "REWIND"]
    values = [PartitionState[name].value for name in order]
    assert values == sorted(values)
