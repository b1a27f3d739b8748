"""The stretch of time of the charts: ranges, what is read, holding, marks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.operations.history import Sample
from core.operations.mark import Mark, MarkKind
from tests.support.moments import NOW, moment
from tests.unit.tui.drawing import frame
from tui.time_window import TimeWindow
from tui.views.chart import Series, Times, chart
from tui.views.consumer import throughput


def at(seconds_ago, rate=10.0):
    return Sample(NOW - timedelta(seconds=seconds_ago), rate, rate, 0, None, None, None)


def seconds(count):
    return tuple(at(count - 1 - n, float(n)) for n in range(count))


def minutes(count):
    start = NOW.replace(second=0)
    return tuple(
        Sample(start - timedelta(minutes=count - n), 100.0 + n, 50.0, 0, None, None, None)
        for n in range(count)
    )


def windowed(window, width=100, height=12):
    return replace(frame(width, height), window=window)


def drawn(now, window, width=100, height=12):
    return [row.text for row in throughput(now, windowed(window), width, height)]


def test_the_ranges_end_at_one_minute_and_six_hours():
    window, seen = TimeWindow(), []
    for _ in range(5):
        window = window.longer(1)
        seen.append(window.seconds)
    for _ in range(5):
        window = window.longer(-1)
        seen.append(window.seconds)
    assert seen == [3600, 21600, 21600, 21600, 21600, 3600, 300, 60, 60, 60]


@pytest.mark.parametrize(("range_s", "count", "step"), [(60, 60, 1), (300, 300, 1)])
def test_short_ranges_have_a_sample_a_second(range_s, count, step):
    seen = TimeWindow(range_s).sampled(moment(history=seconds(600)))
    assert (len(seen.samples), seen.step_s) == (count, step)
    assert seen.samples[-1].produced == 599.0


def test_hours_have_a_sample_a_minute_with_holes_and_the_minute_under_way():
    kept = minutes(90)
    now = moment(history=seconds(600), minutes=(*kept[:70], *kept[75:]))
    seen = TimeWindow(3600).sampled(now)
    assert (len(seen.samples), seen.step_s) == (60, 60)
    assert [sample.produced for sample in seen.samples][38:45] == [169.0, *[None] * 5, 175.0]
    assert seen.samples[-1].produced == pytest.approx(sum(range(568, 600)) / 32)
    assert len(TimeWindow(21600).sampled(now).samples) == 91


def test_the_cursor_reads_values_and_their_time():
    now = moment(history=seconds(60))
    window = TimeWindow(60)
    assert "produced 59/s" in drawn(now, window)[0]
    window = window.moved(-1, now).moved(-1, now).moved(-1, now)
    assert window.back == 2
    rows = drawn(now, window)
    assert "produced 57/s" in rows[0]
    assert "consumed 57/s" in rows[0]
    assert "14:05:29Z" in rows[-1]
    assert sum("│" in row for row in rows) >= 8
    for _ in range(3):
        window = window.moved(1, now)
    assert window.back is None
    for _ in range(100):
        window = window.moved(-1, now)
    assert window.back == 59


def test_what_is_held_stands_still_while_the_pipeline_goes_on():
    before = moment(history=seconds(60))
    window = TimeWindow(60).paused(before)
    later = moment(history=(*seconds(60), at(0, 9_999.0)))
    held = drawn(later, window)
    assert "paused" in held[0]
    assert "10.0k" not in "".join(held)
    assert held[1:-1] == drawn(before, TimeWindow(60))[1:-1]
    assert "14:05:31Z" in held[-1]
    assert "paused" not in drawn(later, window.paused(later))[0]


def test_marks_stand_below_the_moment_they_are_of():
    marks = (
        Mark(NOW - timedelta(seconds=59), MarkKind.STARTED, "producer"),
        Mark(NOW, MarkKind.CHECKED),
        Mark(NOW - timedelta(seconds=500), MarkKind.ALERTED, "lag"),
    )
    rows = drawn(moment(history=seconds(60), marks=marks), TimeWindow(60))
    assert rows[-2] == " " * 8 + "▶" + " " * 90 + "✓"
    assert len(rows) == 12
    assert not any(
        "✓" in row
        for row in drawn(moment(history=seconds(60), marks=marks), TimeWindow(60), height=6)
    )


@pytest.mark.parametrize("back", range(0, 60, 3))
@pytest.mark.parametrize("width", [20, 40, 100])
def test_the_time_that_is_read_is_always_whole(width, back):
    times = Times(1, back, "14:05:29Z", (), "now")
    rows = chart("t", [Series("a", [1.0] * 60, "ok")], width, 8, frame(width, 8), times=times)
    assert "14:05:29Z" in rows[-1].text
    assert all(row.width <= width for row in rows)
