"""How far the pipeline has gone on since its verdict, by our own account and the warehouse's."""

from dataclasses import replace
from datetime import timedelta

from core.consumer.snapshot import ConsumerSnapshot
from core.operations.outdated import CheckAge
from core.operations.snapshot import SinceCheck
from core.operations.task import TaskSnapshot
from core.validation.model import Status, Totals, ValidationResult
from tests.support.moments import NOW, figures, moment

SEEN = ValidationResult(NOW - timedelta(minutes=2), Status.PASS, (), 0.1, Totals(100, 100, 0))


def now_with(result=None, inserted=0, dead=0, totals=None):
    found = figures()
    if totals is not None:
        found = replace(found, value=replace(found.value, totals=totals))
    return moment(
        validation=TaskSnapshot(result=result),
        consumer=ConsumerSnapshot(inserted=inserted, dead_lettered=dead),
        figures=found,
    )


def test_without_a_verdict_nothing_is_out_of_date():
    age = CheckAge()
    assert age.see(now_with(inserted=500)) == SinceCheck()
    assert not age.see(now_with(inserted=900)).outdated


def test_what_our_consumer_stored_counts_at_once_and_over_its_restarts():
    age = CheckAge()
    age.see(now_with(inserted=100))
    assert age.see(now_with(SEEN, 110)) == SinceCheck()
    assert age.see(now_with(SEEN, 400, 7)) == SinceCheck(290, 7)
    assert age.see(now_with(SEEN, 25, 1)) == SinceCheck(315, 8), "a new consumer counts from zero"
    assert age.see(now_with(replace(SEEN, run_at=NOW), 25, 1)) == SinceCheck()


def test_what_others_stored_is_known_from_the_warehouse():
    age = CheckAge()
    assert age.see(now_with(SEEN, totals=Totals(5_100, 5_000, 300))) == SinceCheck(5_000, 300)


def test_figures_older_than_the_verdict_say_nothing():
    age = CheckAge()
    later = replace(SEEN, run_at=NOW + timedelta(seconds=5))
    assert age.see(now_with(later, totals=Totals(5_100, 5_000, 300))) == SinceCheck()
