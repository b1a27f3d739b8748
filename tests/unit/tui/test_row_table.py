"""Tables of rows: columns that fit, filters, and rows that are always exactly as wide."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.row_table import MOST_ROWS, Column, Row, filtered, lay_out
from tui.styled_text import Span

COLUMNS = (
    Column("time", 8, drop=2),
    Column("name", 10, stretch=True),
    Column("size", 6, right=True, drop=1),
)


@given(st.integers(min_value=10, max_value=200), st.text(max_size=40))
def test_a_row_takes_exactly_the_width_there_is(width, text):
    layout = lay_out(COLUMNS, width)
    shown = layout.line(Row("k", (text, Span(text, "bad"), text)))
    assert shown.width == width == layout.head().width


def test_columns_are_dropped_in_their_order():
    assert [column.title for column in lay_out(COLUMNS, 28).columns] == ["time", "name", "size"]
    assert [column.title for column in lay_out(COLUMNS, 27).columns] == ["name", "size"]
    assert [column.title for column in lay_out(COLUMNS, 17).columns] == ["name"]


def test_a_table_without_columns_is_blank():
    assert lay_out((), 40).line(Row("k", ())).width == 0


def test_wide_characters_keep_the_columns_straight():
    line = lay_out(COLUMNS, 40).line(Row("k", ("12:00", "注文注文注文注文注文注文注文", "9 B")))
    assert cell_len(line.text) == 40
    assert line.text.endswith("   9 B")


def test_a_filter_wants_every_word_in_any_case_and_any_cell():
    rows = [Row("1", ("Alpha", Span("Beta"))), Row("2", ("alpha", "gamma"))]
    assert [row.key for row in filtered(rows, "ALPHA beta")] == ["1"]
    assert [row.key for row in filtered(rows, "")] == ["1", "2"]


def test_no_more_rows_are_kept_than_a_screen_can_use():
    rows = [Row(str(number), ("x",)) for number in range(MOST_ROWS + 10)]
    assert len(filtered(rows, "")) == len(filtered(rows, "x")) == MOST_ROWS
