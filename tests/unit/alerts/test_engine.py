"""Alerts are raised and cleared with hysteresis, and acknowledged."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.alerts.engine import AlertEngine
from core.alerts.model import Level, Measure

START = datetime(2026, 1, 1, tzinfo=UTC)


class Course:
    """Feeds one rule second by second."""

    def __init__(self, hold_s=3.0):
        self.engine = AlertEngine(hold_s)
        self.second = 0
        self.kinds = []

    def feed(self, *values, at_once=False):
        for value in values:
            at = START + timedelta(seconds=self.second)
            measures = (
                []
                if value is None
                else [Measure("lag", value, 100, 1_000, f"lag {value}", at_once=at_once)]
            )
            changes = self.engine.see(float(self.second), at, measures)
            self.kinds += [(change.kind, self.second) for change in changes]
            self.second += 1

    @property
    def active(self):
        return [alert for alert in self.engine.latest if alert.active]


def test_a_peak_raises_nothing():
    course = Course()
    course.feed(500, 500, 50, 500, 500, 50)
    assert course.kinds == []


def test_what_lasts_is_raised_once_and_cleared_once():
    course = Course()
    course.feed(*[500] * 10, *[10] * 10)
    assert course.kinds == [("raised", 3), ("cleared", 13)]
    (past,) = course.engine.latest
    assert (past.raised_at, past.cleared_at) == (
        START + timedelta(seconds=3),
        START + timedelta(seconds=13),
    )


def test_a_figure_just_under_its_limit_keeps_the_alert():
    course = Course()
    course.feed(*[500] * 5, *[90] * 20)
    assert [kind for kind, _ in course.kinds] == ["raised"]
    course.feed(*[79] * 4)
    assert [kind for kind, _ in course.kinds] == ["raised", "cleared"]


def test_a_figure_that_swings_around_its_limit_does_not_flap():
    course = Course()
    course.feed(*[500] * 5, *[85, 120] * 30)
    assert [kind for kind, _ in course.kinds] == ["raised"]


def test_worse_takes_back_the_acknowledgement_and_better_does_not():
    course = Course()
    course.feed(*[500] * 5)
    assert course.engine.acknowledge(START) == 1
    assert course.engine.acknowledge(START) == 0
    assert course.active[0].acknowledged_at == START
    course.feed(*[5_000] * 5)
    assert course.active[0].level is Level.BAD
    assert course.active[0].acknowledged_at is None
    course.engine.acknowledge(START, "lag")
    course.feed(*[500] * 5)
    assert course.active[0].level is Level.WARN
    assert course.active[0].worst is Level.BAD
    assert course.active[0].acknowledged_at == START
    assert [kind for kind, _ in course.kinds] == ["raised", "worse", "better"]


def test_only_the_named_rule_is_acknowledged():
    course = Course()
    course.feed(*[500] * 5)
    assert course.engine.acknowledge(START, "latency") == 0
    assert course.active[0].acknowledged_at is None


def test_what_cannot_be_measured_any_more_is_over():
    course = Course()
    course.feed(*[500] * 5, *[None] * 4)
    assert [kind for kind, _ in course.kinds] == ["raised", "cleared"]


def test_what_must_not_wait_is_raised_at_once():
    course = Course()
    course.feed(500, at_once=True)
    assert course.kinds == [("raised", 0)]


@given(st.lists(st.one_of(st.none(), st.integers(0, 2_000)), max_size=200))
def test_raised_and_cleared_alternate_and_one_alert_a_rule_is_active(values):
    course = Course()
    course.feed(*values)
    ends = [kind for kind, _ in course.kinds if kind in {"raised", "cleared"}]
    assert ends == (["raised", "cleared"] * len(ends))[: len(ends)]
    assert len(course.active) == len(ends) % 2
