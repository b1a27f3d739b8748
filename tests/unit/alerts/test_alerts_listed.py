"""What is listed of alerts, in which order, and what a measure needs to raise and to end one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.alerts.engine import AlertEngine
from core.alerts.model import RULES, Level, PipelineSample, RuleValue, rule_name

START = datetime(2026, 1, 1, tzinfo=UTC)


def measure(rule="lag", value=500.0, **options):
    return RuleValue(rule, value, 100, 1_000, f"{rule} {value:g}", **options)


def at(second):
    return START + timedelta(seconds=second)


def at_once(engine, second, *measures):
    return engine.see(float(second), at(second), measures)


@pytest.mark.parametrize(
    ("value", "present", "expected"),
    [
        (100, Level.NONE, Level.NONE),
        (100.1, Level.NONE, Level.WARN),
        (1_000, Level.NONE, Level.WARN),
        (1_000.1, Level.NONE, Level.BAD),
        (80, Level.WARN, Level.NONE),
        (80.1, Level.WARN, Level.WARN),
        (1_000, Level.WARN, Level.WARN),
        (1_000.1, Level.WARN, Level.BAD),
        (800, Level.BAD, Level.WARN),
        (800.1, Level.BAD, Level.BAD),
        (80, Level.BAD, Level.NONE),
    ],
)
def test_a_level_is_left_only_well_below_the_limit_that_raised_it(value, present, expected):
    assert measure(value=value).level(present) is expected


@pytest.mark.parametrize(("slack", "expected"), [(1.0, Level.NONE), (0.5, Level.WARN)])
def test_the_slack_can_be_chosen(slack, expected):
    assert measure(value=100, slack=slack).level(Level.WARN) is expected


def test_lag_is_over_the_partitions_whose_offset_is_known_and_never_negative():
    now = PipelineSample(0.0, START, offsets={0: 5, 1: 9}, ends={0: 7, 1: 4, 3: 100})
    assert now.lag == 2
    assert replace(now, offsets={0: 5, 2: 0}).lag is None, "an end that nobody told is no 0"


def test_each_rule_has_a_name_of_its_own_for_people():
    names = [rule_name(rule) for rule in RULES]
    assert len(set(names)) == len(names)
    assert rule_name("behind") == "time lag"


def test_the_worst_is_listed_first_then_the_newest_then_what_is_over():
    engine = AlertEngine(0.0)
    old = measure("latency", at_once=True)
    at_once(engine, 0, old, measure("gaps", at_once=True))
    bad = measure("topic", 5_000.0, at_once=True)
    at_once(engine, 1, old, bad, measure("merge", at_once=True))
    at_once(engine, 2, old, bad, measure("merge", at_once=True))
    listed = [(alert.rule, alert.active) for alert in engine.latest]
    assert listed == [("topic", True), ("merge", True), ("latency", True), ("gaps", False)]
    (over,) = [alert for alert in engine.latest if not alert.active]
    assert over.cleared_at in {at(1), at(2)}
    assert over.level is over.worst is Level.WARN


def test_what_is_over_is_listed_newest_first_and_not_for_ever():
    engine = AlertEngine(0.0)
    for second in range(0, 500, 2):
        at_once(engine, second, measure(value=500.0 + second, at_once=True))
        at_once(engine, second + 1)
        at_once(engine, second + 1)
    assert len(engine.latest) == 200
    begun = [alert.raised_at for alert in engine.latest]
    assert begun == sorted(begun, reverse=True)
    assert not any(alert.active for alert in engine.latest)


def test_the_message_follows_the_figure_while_the_alert_lasts():
    engine = AlertEngine(0.0)
    at_once(engine, 0, measure(value=500, at_once=True))
    at_once(engine, 1, measure(value=600, at_once=True))
    assert engine.latest[0].message == "lag 600"
    assert engine.latest[0].raised_at == START


def test_changes_name_the_alert_as_it_is_now():
    engine = AlertEngine(0.0)
    (raised,) = at_once(engine, 0, measure(value=500, at_once=True))
    assert (raised.kind, raised.alert.level, raised.alert.worst) == (
        "raised",
        Level.WARN,
        Level.WARN,
    )
    (worse,) = at_once(engine, 1, measure(value=5_000, at_once=True))
    assert (worse.kind, worse.alert.level, worse.alert.worst) == ("worse", Level.BAD, Level.BAD)
    (better,) = at_once(engine, 2, measure(value=500, at_once=True))
    assert (better.kind, better.alert.level, better.alert.worst) == (
        "better",
        Level.WARN,
        Level.BAD,
    )
    (cleared,) = at_once(engine, 3, measure(value=0, at_once=True))
    assert (cleared.kind, cleared.alert.cleared_at) == ("cleared", at(3))
    assert cleared.alert.worst is Level.BAD


def test_acknowledging_counts_those_that_were_not_yet_and_shows_at_once():
    engine = AlertEngine(0.0)
    both = (measure("lag", at_once=True), measure("merge", at_once=True))
    at_once(engine, 0, *both)
    assert engine.acknowledge(at(1), "lag") == 1
    seen = {alert.rule: alert.acknowledged_at for alert in engine.latest}
    assert seen == {"lag": at(1), "merge": None}
    assert engine.acknowledge(at(2)) == 1
    seen = {alert.rule: alert.acknowledged_at for alert in engine.latest}
    assert seen == {"lag": at(1), "merge": at(2)}


@pytest.mark.parametrize(("hold", "quiet"), [(3.0, 3), (5.0, 5)])
def test_it_is_raised_at_the_very_moment_the_hold_is_over(hold, quiet):
    engine = AlertEngine(hold)
    for second in range(quiet):
        assert at_once(engine, second, measure()) == ()
    assert [change.kind for change in at_once(engine, quiet, measure())] == ["raised"]
