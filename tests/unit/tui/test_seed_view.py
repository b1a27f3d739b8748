"""What the seed pane says in each state."""

from dataclasses import replace

from core.operations.task import TaskSnapshot
from core.seed.spec import SeedResult
from tests.support.moments import moment
from tests.support.panes import FAILED_SEED, GENERATING, PREVIEWS, SEEDED, SHA
from tests.unit.tui.drawing import drawn
from tui.views.seed import seed


def test_an_empty_folder_says_which_keys_fill_it() -> None:
    assert "press g to generate, o for options" in drawn(seed, moment(), 60, 7)


def test_progress_tells_rows_rate_and_time_left() -> None:
    shown = drawn(seed, moment(seed=GENERATING), 40, 7)
    assert "81 %" in shown
    assert "81 of 100 rows" in shown
    assert "1.60M/s" in shown
    assert "c cancel" in shown
    cancelling = replace(GENERATING, cancelling=True)
    assert "cancelling" in drawn(seed, moment(seed=cancelling), 40, 7)


def test_files_of_this_session_show_rows_size_and_as_much_checksum_as_fits() -> None:
    small = drawn(seed, moment(seed=SEEDED), 33, 7)
    assert "orders.csv" in small
    assert "360.9 kB" in small
    assert SHA not in small
    whole = drawn(seed, moment(seed=SEEDED), 116, 31, full=True)
    assert whole.count(SHA) == 3
    assert "seed 42" in whole
    assert "10 s ago" in whole


def test_files_of_an_earlier_session_are_shown_too() -> None:
    shown = drawn(lambda now, frame: seed(now, frame, PREVIEWS), moment(), 116, 31, full=True)
    assert "5,000" in shown
    assert "2 h ago" in shown
    assert shown.count("ID_000000") == 3


def test_a_file_that_was_not_summed_has_no_count_rather_than_a_wrong_one() -> None:
    large = [replace(PREVIEWS[0], count=None, sha256=None)]
    shown = drawn(lambda now, frame: seed(now, frame, large), moment(), 116, 31, full=True)
    assert "customers.csv       –" in shown


def test_an_error_stands_above_the_files_that_are_still_there() -> None:
    view = lambda now, frame: seed(now, frame, PREVIEWS)  # noqa: E731 - one use
    shown = drawn(view, moment(seed=FAILED_SEED), 60, 12)
    assert shown.index("no space left") < shown.index("free some space")
    assert shown.index("free some space") < shown.index("orders.csv")


def test_a_cancelled_run_says_that_nothing_was_replaced() -> None:
    ended = TaskSnapshot(result=SeedResult(0, 0, 0, 42, (), cancelled=True))
    assert "the earlier files are as they were" in drawn(seed, moment(seed=ended), 60, 7)
