"""The light chart and the plotted ones: scale, holes, curves that meet, and what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tui.drawing import frame
from tui.views.chart import Series, ceiling, chart
from tui.views.plots import bar_plot, line_plot, thinned

values = st.lists(st.none() | st.floats(0, 1e7), max_size=400)


@given(values, st.integers(8, 120), st.integers(1, 20), st.booleans())
def test_a_chart_fills_exactly_its_room(
    data: list[float | None], width: int, height: int, ascii_only: bool
) -> None:
    room = frame(width, height, ascii_only=ascii_only)
    lines = chart([Series("one", data, "ok"), Series("two", data, "other")], width, height, room)
    assert len(lines) == height
    assert max(line.width for line in lines) <= max(width, 12)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 10), (1, 1), (3, 5), (7.2, 10), (999, 1000), (1001, 2000)]
)
def test_the_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert ceiling(most) == top


def test_curves_that_coincide_are_both_seen() -> None:
    same = [100.0] * 200
    lines = chart([Series("a", same, "ok"), Series("b", same, "other")], 100, 6, frame(100, 6))
    curve = {
        span.role for line in lines for span in line.spans if "⣀" in span.text or "⠉" in span.text
    }
    assert {"ok", "other"} <= curve


def test_a_hole_stays_a_hole() -> None:
    full = chart([Series("a", [5.0] * 20, "ok")], 40, 3, frame(40, 3))
    holed = chart([Series("a", [5.0] * 8 + [None] * 4 + [5.0] * 8, "ok")], 40, 3, frame(40, 3))
    count = lambda lines: sum(0x2800 < ord(char) < 0x2900 for line in lines for char in line.text)  # noqa: E731
    assert count(holed) == count(full) - 2


def test_the_time_axis_says_how_far_back_it_goes() -> None:
    lines = chart([Series("a", [5.0] * 30, "ok", "5/s")], 80, 8, frame(80, 8))
    assert lines[-1].text.split() == ["−30", "s", "now"]
    assert "5/s" in lines[1].text


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=800), st.integers(1, 300))
def test_thinning_keeps_the_mean_and_the_first_name(data: list[float], most: int) -> None:
    means, names = thinned(data, [str(index) for index in range(len(data))], most)
    assert len(means) == len(names) <= most
    assert names[0] == "0"
    assert min(data) <= means[0] * (1 + 1e-9)
    assert means[0] <= max(data) * (1 + 1e-9)


def test_a_plotted_curve_has_its_size_its_names_and_no_escape_sequences() -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 31)]
    lines = line_plot([float(day * 100) for day in range(30)], days, 80, 10, frame(80, 10))
    shown = "\n".join(line.text for line in lines)
    assert len(lines) == 10
    assert max(line.width for line in lines) <= 80
    assert "\x1b" not in shown
    assert "2024-01-01" in shown
    assert "3,000" in shown


def test_plotted_bars_are_in_proportion() -> None:
    lines = bar_plot([10, 5, 0], 40, frame(40, 3))
    assert [line.text.count("█") for line in lines] == [40, pytest.approx(20, abs=1), 0]
    assert bar_plot([], 40, frame(40, 3)) == []


def test_the_same_chart_is_built_once() -> None:
    first = bar_plot([3, 2, 1], 33, frame(33, 3))
    from tui.views.plots import _bars

    before = _bars.cache_info().misses
    assert bar_plot([3, 2, 1], 33, frame(33, 3)) == first
    assert _bars.cache_info().misses == before
