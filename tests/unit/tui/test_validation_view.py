"""What the validation pane and the details of a check say."""

from core.operations.task import TaskSnapshot
from core.validation.model import Status
from tests.support.desk import CHECK_NAMES, REPORTS, check, past, validated
from tests.support.moments import moment
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.screens.check_details import details
from tui.views.validation import cut_start, history, listed, validation


def test_before_the_first_run_it_says_which_key_runs_it() -> None:
    assert "press v to run all checks" in drawn(validation, moment(), 70, 7)


def test_the_check_under_way_is_named() -> None:
    task = TaskSnapshot(running=True, note="duplicates")
    assert "checking: duplicates" in drawn(validation, moment(validation=task), 70, 7)


def test_every_check_has_its_place_on_the_board() -> None:
    for statuses in ({}, {"freshness": Status.WARN, "volume": Status.FAIL}):
        shown = drawn(validation, moment(validation=validated(**statuses)), 70, 7)
        assert [name for name in CHECK_NAMES if name not in shown] == []


def test_in_a_small_pane_the_worst_come_first_with_their_message() -> None:
    result = validated(freshness=Status.WARN, volume=Status.FAIL)
    lines = validation(moment(validation=result), frame(40, 3))
    assert [line.text.split()[1] for line in lines] == ["volume", "freshness", "raw_vs_prod_counts"]
    assert "3 orders" in lines[0].text
    assert roles_of(lines, "✗") == {"bad"}
    assert roles_of(lines, "!") == {"wait"}


def test_the_full_view_keeps_the_order_and_shows_whole_messages() -> None:
    result = validated(freshness=Status.WARN)
    now = moment(validation=result, reports=REPORTS)
    room = frame(116, 31, full=True)
    assert [found.name for found in listed(result.result, room)] == list(CHECK_NAMES)
    shown = drawn(validation, now, 116, 31, full=True)
    assert shown.count("3 orders") == 6
    for report in REPORTS:
        assert report in shown


def test_the_cursor_marks_one_check() -> None:
    now = moment(validation=validated())
    lines = validation(now, frame(116, 31, full=True), "schema")
    assert [line.text for line in lines if "▸" in line.text] == [
        line.text for line in lines if "schema" in line.text
    ]


def test_earlier_runs_are_signs_oldest_first_and_a_table() -> None:
    runs = past("FAIL", "WARN", "PASS")
    assert history(runs, frame(116, 31)).text == "✓!✗"
    shown = drawn(lambda now, room: validation(now, room, "", runs), moment(), 116, 31, full=True)
    assert "128,404" in shown
    assert shown.index("FAIL") < shown.index("WARN") < shown.index("PASS")


def test_an_error_stands_above_the_last_result() -> None:
    task = TaskSnapshot(error="the warehouse does not answer", result=validated().result)
    shown = drawn(validation, moment(validation=task), 70, 12)
    assert shown.index("does not answer") < shown.index("duplicates")


def test_a_path_loses_its_beginning_first() -> None:
    assert cut_start("/a/very/long/path/report.json", 12) == "…report.json"
    assert cut_start("short", 12) == "short"


def test_details_list_message_figures_and_rows() -> None:
    lines = details(check("duplicates", Status.FAIL, "3 keys stand twice"), frame(60, 0))
    shown = "\n".join(line.text for line in lines)
    assert shown.startswith("FAIL · 3 keys stand twice")
    for part in ("128404", "rows it found, the first 1", "ORDER_000001", "-3.00"):
        assert part in shown
    assert all(line.width <= 60 for line in lines)


def test_the_cursor_is_seen_however_small_the_pane() -> None:
    result = validated(**dict.fromkeys(CHECK_NAMES, Status.FAIL))
    for full in (False, True):
        for width, height in ((40, 3), (70, 4), (70, 7)):
            room = frame(width, height, full=full)
            for name in CHECK_NAMES:
                lines = validation(moment(validation=result), room, name)
                assert [line for line in lines if "▸" in line.text], (full, width, height, name)
                assert len(lines) <= height
