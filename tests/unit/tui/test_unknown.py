"""A figure that was never read is shown as unknown: a zero would be a claim."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot
from core.operations.history import Sample, summary
from core.operations.poller import Reading
from core.operations.snapshot import Watch
from core.operations.stored import Account
from core.operations.watchers import TopicWatcher
from core.workers import RunState
from tests.support.moments import NOW, frame, moment
from tui.formats import Formats
from tui.styled_text import sparkline
from tui.views.alerts import alerts_foot
from tui.views.consumer import consumer
from tui.views.strip import strip

NOTHING = Sample(NOW, None, None, None, None, None, None)
TOLD = replace(NOTHING, at=NOW + timedelta(seconds=1), produced=10.0, consumed=4.0, lag=3)


@pytest.mark.parametrize("code", ["en", "fr"])
def test_formats_say_that_a_figure_is_not_known(code):
    form = Formats(code)
    shown = [form.count(None), form.rate(None), form.short(None), form.bytes(None)]
    assert {*shown, form.span(None), form.milliseconds(None)} == {"–"}


def test_the_strip_knows_no_lag_before_somebody_told_it():
    blind = moment(watch=Reading(), behind_s=None)
    (line,) = strip(blind, frame(140))
    assert "lag ? · ?" in line.text
    (line,) = strip(replace(blind, watch=Reading(Watch(lag={0: 0}), NOW), behind_s=0.0), frame(140))
    assert "lag 0 · 0.0 s" in line.text


def test_a_consumer_that_has_not_heard_the_ends_yet_has_no_lag():
    starting = ConsumerSnapshot(state=RunState.RUNNING, offsets={0: 5, 1: 7}, lag={0: 0})
    assert starting.total_lag is None
    assert replace(starting, lag={0: 0, 1: 2}).total_lag == 2


def test_what_others_stored_is_not_told_as_nothing_stored():
    watching = moment(history=(TOLD,), watch=Reading(Watch(lag={0: 3}), NOW))
    text = " ".join(line.text for line in consumer(watching, frame(80, 12)))
    assert "stored –  dead letters –  merged –" in text


def test_charts_leave_a_gap_where_nobody_told():
    assert sparkline([1.0, None, 1.0], 3).text == "█ █"
    assert summary([NOTHING, TOLD]) == replace(TOLD, at=NOW)
    assert summary([NOTHING, NOTHING]) == NOTHING
    hours = alerts_foot(moment(minutes=(NOTHING,)), frame(120, 40), Thresholds())
    assert "max" not in " ".join(line.text for line in hours if "produced" in line.text)


def test_one_look_at_a_topic_tells_no_rate():
    class Topic:
        def watermarks(self, _topic):
            return {}

    class Clock:
        def monotonic(self):
            return 1.0

    found = TopicWatcher(Clock()).look(Topic(), "orders", Account({}))
    assert (found.produced, found.consumed) == (None, None)
