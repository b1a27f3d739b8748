"""Alerts are raised and cleared with hysteresis, and acknowledged."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.alerts.engine import AlertEngine
from core.alerts.model import Level, RuleValue

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
                else [RuleValue("lag", value, 100, 1_000, f"lag {value}", at_once=at_once)]
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


def test_a_figure_that_swings_between_warn_and_fail_is_raised():
    course = Course()
    course.feed(*[500, 5_000] * 300)
    assert course.kinds == [("raised", 3)]
    assert course.active[0].level is Level.WARN
    course.feed(*[5_000] * 4)
    assert course.kinds[1:] == [("worse", 602)]  # it has lasted since second 599


def test_a_bad_figure_that_swings_below_its_limits_gets_better():
    course = Course()
    course.feed(*[5_000] * 5)
    assert course.active[0].level is Level.BAD
    course.feed(*[500, 10] * 300)
    assert course.kinds == [("raised", 3), ("better", 8)]
    assert course.active[0].level is Level.WARN
    course.feed(*[10] * 4)
    assert [kind for kind, _ in course.kinds] == ["raised", "better", "cleared"]


def test_what_is_bad_from_the_start_is_raised_as_bad_once():
    course = Course()
    course.feed(*[5_000] * 10)
    assert course.kinds == [("raised", 3)]
    assert course.active[0].level is Level.BAD


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


HOLD_S = 3


def lasting(levels: list[Level], past: int) -> list[Level]:
    """Return the levels of the seconds that a hold at the end looks at."""
    return levels[past - HOLD_S : past + 1] if past >= HOLD_S else []


@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from([0, 10, 79, 90, 500, 790, 900, 5_000])),
        min_size=1,
        max_size=80,
    )
)
def test_an_alert_comes_and_goes_exactly_when_a_level_has_lasted(values):
    """The definition, second by second, from the values of the whole hold at once."""
    course, present, levels = Course(float(HOLD_S)), Level.NONE, []
    for second, value in enumerate(values):
        course.feed(value)
        # A level is judged by what the alert was when the figure came.
        judged = (
            Level.NONE if value is None else RuleValue("x", value, 100, 1_000, "").level(present)
        )
        levels.append(judged)
        held = lasting(levels, second)
        if held and min(held) > present:
            present = min(held)
        elif held and max(held) < present:
            present = max(held)
        found = course.active[0].level if course.active else Level.NONE
        assert found is present, (second, values)


@given(st.lists(st.one_of(st.none(), st.integers(0, 2_000)), max_size=200))
def test_raised_and_cleared_alternate_and_one_alert_a_rule_is_active(values):
    course = Course()
    course.feed(*values)
    ends = [kind for kind, _ in course.kinds if kind in {"raised", "cleared"}]
    assert ends == (["raised", "cleared"] * len(ends))[: len(ends)]
    assert len(course.active) == len(ends) % 2
