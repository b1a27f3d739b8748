"""Rows in a person's order, columns hidden, and matches that are gone to while all rows stay."""

import pytest

from tests.unit.tui.test_row_cursor import cursor_over
from tui.row_order import Arrangement, arranged, order_of
from tui.row_table import Column, Row, RowTable
from tui.styled_text import Span


def table(*cells: str) -> RowTable:
    rows = tuple(Row(text, (text, Span("x"))) for text in cells)
    return RowTable((Column("a", 4, name="a"), Column("b", 4)), rows, "first")


@pytest.mark.parametrize(
    "ascending",
    [
        ["2", "10", "1,234", "10.0k", "1.20M"],
        ["900 B", "1.2 kB", "10 kB", "3.4 MB"],
        ["0.4 s", "42 s", "3 m 10 s", "2 h 5 m", "1 d"],
        ["2", "1\u202f234", "12\u00a0345"],
        ["5", "apple", "Banana", "cherry 2", ""],
        ["-5", "3 %", "20 %", "–"],
    ],
)
def test_cells_are_sorted_by_what_they_say(ascending: list[str]) -> None:
    mixed = table(*ascending[::-1])
    up = arranged(mixed, Arrangement(column="a"))
    assert [row.key for row in up.rows] == ascending
    assert (up.columns[0].title, up.follow) == ("a▲", "")
    down = arranged(mixed, Arrangement(column="a", descending=True), ascii_only=True)
    known = [one for one in ascending if one not in {"", "–"}]
    assert [row.key for row in down.rows] == known[::-1] + ascending[len(known) :]
    assert down.columns[0].title == "av"


def test_words_with_figures_are_words() -> None:
    assert order_of("12 apples")[0] == order_of("2026-11-29 10:00")[0] == 1


def test_columns_are_gone_through_hidden_and_shown() -> None:
    how = Arrangement()
    assert arranged(table("1"), how).follow == "first"
    names = table().column_names
    how = how.by_next(names)
    assert how.reversed().descending
    hidden = how.without(names)
    assert (hidden.hidden, hidden.column) == ({"a"}, "1")
    shown = arranged(table("1"), hidden)
    assert [column.title for column in shown.columns] == ["b▲"]
    assert [len(row.cells) for row in shown.rows] == [1]
    assert hidden.without(names) == hidden  # the last one stays
    assert hidden.by_next(names).column is None
    assert hidden.whole().hidden == frozenset()


def test_columns_that_a_list_does_not_have_are_passed_over() -> None:
    gone = Arrangement("gone", hidden=frozenset({"a", "1"}))
    assert arranged(table("2", "1"), gone) == table("2", "1")
    assert gone.by_next(("a", "b")).column == "b"
    assert gone.without(("a", "b")) == gone


def test_matches_are_gone_to_while_all_rows_stay() -> None:
    cursor = cursor_over(30)
    cursor.narrow("2")
    found = [row.key for row in cursor.rows]
    first = cursor.current
    assert first is not None
    assert cursor.seek(1)
    assert len(cursor.rows) == 30
    assert cursor.current is not None
    assert cursor.current.key == found[found.index(first.key) + 1]
    seen = [cursor.current.key]
    for _number in range(len(found) - 1):
        assert cursor.seek(1)
        seen.append(cursor.current.key)
    assert sorted(seen) == sorted(found)
    assert cursor.seek(-1)
    here = cursor.current
    cursor.narrow("")  # what Escape does: the row that was found stays
    assert (cursor.current, cursor.matches) == (here, [])
    assert not cursor.seek(1)
