"""Charts: scale, holes, curves that meet, names below them, and what is kept."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tui.drawing import frame
from tui.styled_text import measure, plain_line
from tui.views import chart as module
from tui.views.canvas import Canvas, Curve, spread
from tui.views.chart import Series, ceiling, chart, line_plot

values = st.lists(st.none() | st.floats(0, 1e7), max_size=400)


@given(values, st.integers(8, 120), st.integers(1, 20), st.booleans(), st.booleans())
def test_a_chart_fills_exactly_its_room(
    data: list[float | None], width: int, height: int, ascii_only: bool, filled: bool
) -> None:
    room = frame(width, height, ascii_only=ascii_only)
    series = [Series("one", data, "ok", filled=filled), Series("two", data, "other", "12/s")]
    lines = chart("events/s", series, width, height, room)
    assert len(lines) == height
    assert max(line.width for line in lines) <= max(width, 12)
    if ascii_only:
        assert "".join(plain_line(line).text for line in lines).isascii()


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 10), (1, 1), (1.1, 1.2), (3, 3), (7.2, 8), (999, 1000), (1001, 1200), (0.03, 0.03)],
)
def test_the_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert ceiling(most) == pytest.approx(top)


@pytest.mark.parametrize("height", range(3, 30))
def test_named_values_lie_at_equal_distances(height: int) -> None:
    lines = chart("t", [Series("a", [1000.0] * 40, "ok")], 60, height, frame(60, height))
    named = [row for row, line in enumerate(lines[1:]) if line.text[:7].strip()]
    steps = {after - before for before, after in itertools.pairwise(named)}
    assert len(steps) <= 1
    assert lines[1].text.startswith("  1,000")


def test_a_line_is_drawn_over_an_area() -> None:
    flat = (5.0,) * 40
    rows = Canvas(20, 4, 0.0, 10.0).drawn([Curve(flat, "other"), Curve(flat, "ok", filled=True)])
    assert {span.role for span in rows[3]} == {"ok"}
    assert {span.role for row in rows for span in row} >= {"ok", "other"}
    assert "█" * 20 in "".join(span.text for span in rows[3])


def test_an_area_is_as_high_as_its_values() -> None:
    rows = Canvas(4, 2, 0.0, 16.0).drawn([Curve((1.0, 8.0, 12.0, 16.0), "ok", filled=True)])
    assert ["".join(span.text for span in row) for row in rows] == ["  ▄█", "▁███"]


def test_a_hole_stays_a_hole() -> None:
    holed = [5.0] * 8 + [None] * 4 + [5.0] * 8
    assert spread(holed, 20) == holed
    (row,) = Canvas(20, 1, 0.0, 5.0).drawn([Curve(holed, "ok", filled=True)])
    assert "".join(span.text for span in row) == "█" * 8 + "    " + "█" * 8


@given(values, st.integers(1, 300))
def test_values_are_spread_over_all_columns(data: list[float | None], columns: int) -> None:
    drawn = spread(data, columns)
    assert len(drawn) == columns
    known = [value for value in data if value is not None]
    for value in drawn:
        assert value is None or min(known) * (1 - 1e-9) <= value <= max(known) * (1 + 1e-9)
    if len(data) == len(known) > 1:
        assert None not in drawn


def test_a_young_series_takes_the_whole_width() -> None:
    lines = chart("t", [Series("a", [5.0] * 20, "ok", filled=True)], 88, 6, frame(88, 6))
    assert lines[-2].text.endswith("█" * 80)


def test_the_time_axis_has_round_times() -> None:
    lines = chart("t", [Series("a", [5.0] * 60, "ok")], 80, 8, frame(80, 8))
    assert lines[-1].text.split() == ["−45", "s", "−30", "s", "−15", "s", "now"]


def test_the_title_tells_the_curves_and_their_values_as_far_as_there_is_room() -> None:
    series = [Series("produced", [5.0], "ok", "5/s"), Series("consumed", [4.0], "other", "4/s")]
    heads = [chart("events/s", series, width, 6, frame(width, 6))[0] for width in (60, 40, 20)]
    assert "━ produced 5/s" in heads[0].text
    assert "produced" in heads[1].text
    assert "5/s" not in heads[1].text
    assert heads[2].text.startswith("── events/s ─")


def test_a_plotted_curve_has_its_size_and_its_names() -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 31)]
    lines = line_plot([float(day * 100) for day in range(30)], days, 80, 10, frame(80, 10))
    shown = "\n".join(line.text for line in lines)
    assert len(lines) == 10
    assert max(line.width for line in lines) <= 80
    assert "2024-01-01" in shown
    assert "3,000" in shown


def test_values_below_zero_are_a_line_over_an_axis_that_holds_them() -> None:
    lines = line_plot([-50.0, 100.0], ["a", "b"], 60, 10, frame(60, 10))
    assert lines[0].text.startswith("    100")
    assert lines[-2].text.startswith("    -50")


def test_bars_are_in_proportion_and_seen_when_small() -> None:
    bars = [measure(share, 40).text for share in (1.0, 0.5, 0.001, 0.0)]
    assert [bar.rstrip() for bar in bars] == ["━" * 40, "━" * 20, "╸", ""]


def test_the_same_chart_is_built_once() -> None:
    series = [Series("a", [5.0, 6.0], "ok")]
    room = frame(50, 6)
    first = chart("once", series, 50, 6, room)
    before = module._chart.cache_info().misses
    assert chart("once", list(series), 50, 6, room) == first
    assert module._chart.cache_info().misses == before


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.55, 0.9])
def test_no_gap_is_seen_between_an_area_and_the_line_on_it(share: float) -> None:
    """A line of dots in a cell of an area would leave the rest of the cell empty."""
    flat = (10.0 * share,) * 40
    rows = Canvas(20, 6, 0.0, 10.0).drawn([Curve(flat, "other"), Curve(flat, "ok", filled=True)])
    columns = zip(*("".join(span.text for span in row) for row in rows), strict=True)
    for column in columns:
        drawn = "".join(column).lstrip()
        assert drawn[0] in "▁▂▃▄▅▆▇█"
        assert set(drawn[1:]) <= {"█"}


def test_a_line_far_above_an_area_stays_a_line() -> None:
    area, line = Curve((1.0,) * 40, "ok", filled=True), Curve((9.0,) * 40, "other")
    rows = Canvas(20, 6, 0.0, 10.0).drawn([area, line])
    assert not set("".join(span.text for span in rows[0])) & set("▁▂▃▄▅▆▇█")


def test_an_axis_fits_what_is_drawn_of_many_values() -> None:
    many = [0.0, 300.0] * 208
    lines = line_plot(many, ["d"] * 416, 60, 8, frame(60, 8))
    assert lines[0].text.strip().startswith("150")
