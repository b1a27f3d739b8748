"""Small things that a look at the console must not stumble over."""

from dataclasses import replace
from decimal import Decimal

from core.operations.inspect import Inspection
from core.operations.poller import Reading
from core.operations.snapshot import Figures
from core.operations.task import TaskSnapshot
from core.validation.model import CheckResult, Status
from tests.support.moments import NOW, kpis_of, moment
from tests.support.panes import RUNNING, history
from tests.unit.tui.drawing import drawn, frame
from tui.views.check_details import check_details
from tui.views.kpis import kpis
from tui.views.payload import wrapped
from tui.views.producer import producer
from tui.views.validation import validation_head
from tui.views.warehouse import warehouse_head


def test_one_huge_amount_leaves_the_names_beside_it_readable() -> None:
    huge = Decimal("123456789012345678.90")
    rows = [("PROD_1", "Veste Rivage", "Vestes", 3, huge, 1), ("PROD_2", "Robe", "Robes", 1, 5, 1)]
    figures = Figures(kpis_of(top_products=rows), None, None)
    shown = drawn(kpis, moment(figures=Reading(figures, NOW, 0.1)), 42, 18)
    assert "Veste Rivage" in shown


def test_a_rate_above_the_target_of_a_wave_is_no_contradiction() -> None:
    past = history(20)
    wave = replace(RUNNING, rate_target=480.0, profile="wave")
    past = (*past[:-1], replace(past[-1], produced=607.0))
    shown = drawn(producer, moment(producer=wave, history=past), 60, 7)
    assert "around 480/s" in shown
    assert "of 480/s" not in shown


def test_an_empty_list_of_the_warehouse_says_so() -> None:
    empty = Inspection((), 0, 0, 0, (), (), ())
    now = moment()
    now = replace(now, explored=replace(now.explored, inspection=Reading(empty, NOW, 0.1)))
    for part, told in (("gaps", "no gaps"), ("merges", "no merge"), ("offsets", "no offset")):
        shown = "\n".join(line.text for line in warehouse_head(now, frame(100, 20), part))
        assert told in shown


def test_figures_of_a_check_are_told_and_not_dumped() -> None:
    figures = {"partitions": {"0": 5, "1": 7}, "found": [{"id": "A"}, {"id": "B"}], "exact": True}
    check = CheckResult.of("reconciliation", Status.PASS, "exact", figures)
    shown = "\n".join(line.text for line in check_details(check, frame(100, 20), NOW))
    assert "0 5 · 1 7" in shown
    assert not set('{}"[]') & set(shown)


def test_words_stay_whole_and_nothing_is_lost() -> None:
    text = "the validation warns of many dead letters that nobody has looked at for an hour " * 3
    pieces = wrapped(text, 30)
    assert "".join(pieces) == text
    assert all(len(piece) <= 30 for piece in pieces)
    assert set(" ".join(pieces).split()) == set(text.split())
    assert wrapped("x" * 65, 30) == ["x" * 30, "x" * 30, "x" * 5]


def test_an_empty_pipeline_has_nothing_to_check() -> None:
    ended = TaskSnapshot(ended_at=NOW)
    shown = drawn(validation_head, moment(validation=ended), 100, 10)
    assert "nothing to check yet" in shown
    assert "not checked yet" in drawn(validation_head, moment(), 100, 10)
