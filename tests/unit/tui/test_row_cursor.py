"""Where the cursor of a table stays while a filter comes and goes."""

from tui.row_table import Column, Row, RowTable
from tui.widgets.row_cursor import RowCursor

ROOM = 10


def cursor_over(count: int, follow: str = "first") -> RowCursor:
    rows = tuple(Row(str(number), (f"row {number}",)) for number in range(count))
    cursor = RowCursor()
    cursor.take(RowTable((Column("", 10),), rows, follow))  # type: ignore[arg-type]
    cursor.fit(ROOM)
    return cursor


def test_the_row_that_a_filter_found_stays_chosen_when_the_filter_ends() -> None:
    cursor = cursor_over(100)
    for text in ("7", "77"):
        cursor.narrow(text)
        cursor.fit(ROOM)
    assert cursor.current is not None
    assert cursor.current.key == "77"
    cursor.narrow("")
    cursor.fit(ROOM)
    assert cursor.current is not None
    assert cursor.current.key == "77"
    assert cursor.top <= 77 < cursor.top + ROOM


def test_without_a_row_found_elsewhere_the_table_goes_on_to_follow_its_end() -> None:
    cursor = cursor_over(100)
    cursor.narrow("row")
    cursor.narrow("")
    rows = (Row("new", ("row new",)), *cursor.rows)
    cursor.take(RowTable((Column("", 10),), rows, "first"))
    cursor.fit(ROOM)
    assert cursor.top == 0
