"""The desk of dead letters as it is drawn: counts, trends, signs, progress, differences."""

from dataclasses import replace
from datetime import timedelta

from core.dlq.edits import difference
from core.operations.explorer import Explored
from core.operations.letter_work import Decided
from core.operations.task import TaskSnapshot
from core.query.letters import SLICES, Desk, DeskLetter, Narrowing, ReasonTrend
from tests.support.moments import NOW, frame, moment
from tests.unit.dlq.test_edited_letters import letter
from tui.formats import Formats
from tui.views.letters import (
    desk_head,
    difference_lines,
    letters_rows,
    page_line,
    reasons_table,
    slice_told,
    work_lines,
)

FORMATS = Formats("en")
HOSTILE = "\x1b]52;c;aGk=\x07[red]"


def desk(**more) -> Desk:
    slices = tuple([0] * (SLICES - 2) + [1, 8])
    trends = (
        ReasonTrend("invalid_json", 9, NOW - timedelta(hours=2), NOW, slices),
        ReasonTrend(HOSTILE, 1, NOW, NOW, tuple([0] * (SLICES - 1) + [1])),
    )
    one = DeskLetter(replace(letter(b"{", number=4), detail=HOSTILE), 1)
    return replace(Desk(Narrowing(), 0, trends, (one,), 10, 3, NOW, 900), **more)


def texts(lines) -> str:
    return "\n".join(each.text for each in lines)


def test_each_reason_has_its_count_and_its_trend() -> None:
    table = reasons_table(desk(), moment(), FORMATS, ascii_only=False)
    cells = [[getattr(cell, "text", cell) for cell in row.cells] for row in table.rows]
    assert [row[1] for row in cells] == ["10", "9", "1"]
    assert cells[1][2] == " " * (SLICES - 2) + "▁█"
    assert table.columns[2].title == "trend, 15 min each"
    assert "\x1b" not in str(cells)
    plain = reasons_table(desk(), moment(), FORMATS, ascii_only=True)
    assert all(getattr(row.cells[2], "text", "").isascii() for row in plain.rows)
    assert [slice_told(seconds) for seconds in (45, 300, 7_200, 86_400)] == [
        "45 s",
        "5 min",
        "2 h",
        "1 d",
    ]


def test_marks_and_edits_have_signs() -> None:
    key = desk().page[0].letter.event_id
    rows = letters_rows(desk(), FORMATS, {key}, {key}, ascii_only=True).rows
    assert getattr(rows[0].cells[0], "text", "") == "xe"
    assert "\x1b" not in str(rows)
    told = page_line(desk(), 1, 2, FORMATS).text
    assert told == " 1 to 1 of 10 · 1 marked · 2 edited"


def test_a_dismissed_letter_says_who_and_why() -> None:
    gone = replace(desk().page[0], dismissed_at=NOW, by="ann", why=HOSTILE)
    shown = desk(page=(gone,), narrowing=Narrowing(dismissed=True, reason="invalid_json"))
    (row,) = letters_rows(shown, FORMATS, (), (), ascii_only=False).rows
    assert "ann: " in str(row.cells[-1])
    assert "\x1b" not in str(row)
    assert "10 pending · 3 dismissed · reason:invalid_json" in texts(
        desk_head(shown, moment(), frame(120, 2))
    )


def test_progress_and_what_came_of_it() -> None:
    def told(task) -> str:
        return texts(work_lines(moment(explored=Explored(decision=task)), frame(120, 2)))

    running = TaskSnapshot(running=True, step="dismiss", done=2_000, total=5_000)
    assert told(running) == " dismiss: 2,000 of 5,000   [x] cancels"
    ended = TaskSnapshot(result=Decided(True, 2_000, 5_000, cancelled=True), ended_at=NOW)
    assert told(ended) == " 2,000 dismissed · cancelled"
    assert told(replace(ended, error="no space", hint="free some")) == " no space · free some"
    back = replace(ended, result=Decided(False, 1, 1))
    assert told(back) == " 1 taken back"


def test_a_difference_shows_what_changed_and_little_around() -> None:
    many = ",".join(f'"f{number}":{number}' for number in range(40))
    before = f"{{{many}}}".encode()
    shown = difference_lines(difference(before, before.replace(b'"f20":20', b'"f20":7')), 60)
    assert [one.text.strip() for one in shown] == [
        "…",
        '"f18": 18,',
        '"f19": 19,',
        '-   "f20": 20,',
        '+   "f20": 7,',
        '"f21": 21,',
        '"f22": 22,',
    ]
    assert texts(difference_lines(difference(before, before), 60)) == "nothing is changed"
