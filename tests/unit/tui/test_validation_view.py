"""What the validation pane and the details of a check say."""

import pytest

from core.operations.task import TaskSnapshot
from core.validation.model import Status, ValidationResult
from tests.support.moments import NOW, moment
from tests.support.panes import CHECK_NAMES, REPORTS, check, past, validated
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.row_table import lay_out
from tui.styled_text import Line, Span
from tui.views.check_details import check_details
from tui.views.frame import Frame
from tui.views.validation import (
    checks_table,
    cut_start,
    history,
    validation_foot,
    validation_head,
)


def rows(state: TaskSnapshot[ValidationResult], room: Frame) -> list[Line]:
    table = checks_table(state.result, room, NOW)
    layout = lay_out(table.columns, room.width)
    return [layout.line(row) for row in table.rows]


def test_before_the_first_run_it_says_which_key_runs_it() -> None:
    assert "press v to run all checks" in drawn(validation_head, moment(), 70, 7)
    assert checks_table(None, frame(70, 7), NOW).rows == ()


def test_the_check_under_way_is_named() -> None:
    task = TaskSnapshot(running=True, note="duplicates")
    assert "checking: duplicates" in drawn(validation_head, moment(validation=task), 70, 7)


@pytest.mark.parametrize("full", [False, True])
def test_every_check_has_a_row_and_the_worst_come_first(full: bool) -> None:
    result = validated(freshness=Status.WARN, volume=Status.FAIL)
    lines = rows(result, frame(76, 20, full=full))
    names = [entry.text.split()[1] for entry in lines]
    assert names[:3] == ["volume", "freshness", "raw_vs_prod_counts"]
    assert sorted(names) == sorted(CHECK_NAMES)
    assert "3 orders" in lines[0].text
    assert roles_of(lines, "✗") == {"bad"}
    assert roles_of(lines, "!") == {"wait"}


def test_columns_are_named_and_times_told_in_the_full_view_only() -> None:
    result = validated().result
    assert not checks_table(result, frame(76, 10), NOW).head
    full = checks_table(result, frame(76, 20, full=True), NOW)
    assert full.head
    assert full.columns[-1].title == "took"


def test_the_full_view_lists_reports_and_earlier_runs() -> None:
    now = moment(validation=validated(), reports=REPORTS)
    runs = past("FAIL", "WARN", "PASS")
    assert history(runs, frame(116, 31)).text == "✗!✓"
    shown = drawn(lambda now, room: validation_foot(now, runs, room), now, 116, 31, full=True)
    for report in REPORTS:
        assert report in shown
    assert "128,404" in shown
    assert shown.index("FAIL") < shown.index("WARN") < shown.index("PASS")
    assert drawn(lambda now, room: validation_foot(now, runs, room), now, 116, 31) == ""


def test_an_error_stands_above_the_last_result() -> None:
    task = TaskSnapshot(error="the warehouse does not answer", result=validated().result)
    assert "does not answer" in drawn(validation_head, moment(validation=task), 70, 12)
    assert len(rows(task, frame(70, 12))) == len(CHECK_NAMES)


def test_a_path_loses_its_beginning_first() -> None:
    assert cut_start("/a/very/long/path/report.json", 12) == "…report.json"
    assert cut_start("short", 12) == "short"


def test_details_list_message_figures_and_rows() -> None:
    lines = check_details(
        check("duplicates", Status.FAIL, "3 keys appear twice"), frame(60, 0), NOW
    )
    shown = "\n".join(line.text for line in lines)
    assert shown.startswith("FAIL · 3 keys appear twice")
    for part in ("128404", "sample rows, at most 10", "ORDER_000001", "-3.00"):
        assert part in shown
    assert all(line.width <= 60 for line in lines)


def test_a_check_that_passed_before_more_came_is_not_green() -> None:
    result = validated(volume=Status.FAIL).result
    for old, role in ((False, "ok"), (True, "dim")):
        table = checks_table(result, frame(76, 10), NOW, old=old)
        signs = {row.cells[0] for row in table.rows}
        assert signs == {Span("✗", "bad"), Span("✓", role)}
