"""Rates and lag from the broker alone, and whose work they are."""

from collections.abc import Mapping

from core.broker.base import Watermark
from core.operations.watchers import Others, OthersWatch, TopicWatcher, Watch


class HandClock:
    def __init__(self):
        self.seconds = 100.0

    def monotonic(self):
        return self.seconds


class Topic:
    """The part of a broker that a watcher asks."""

    def __init__(self):
        self.marks: Mapping[int, Watermark] = {0: Watermark(0, 0), 1: Watermark(0, 0)}
        self.stored: Mapping[int, int] = {}

    def watermarks(self, _topic):
        return self.marks

    def committed(self, _topic, _group_id):
        return self.stored


def looks(*moments):
    """Look once a second at (end of both partitions, committed of the first)."""
    clock, topic = HandClock(), Topic()
    watcher = TopicWatcher(clock)
    for end, committed in moments:
        topic.marks = {0: Watermark(5, end), 1: Watermark(0, end)}
        topic.stored = {0: committed}
        found = watcher.look(topic, "orders", "group")
        clock.seconds += 1
    return found


def test_rates_are_those_of_the_last_seconds():
    found = looks(*[(100 * n, 50 * n) for n in range(20)])
    assert (found.produced, found.consumed) == (200.0, 50.0)


def test_lag_counts_from_the_commit_or_from_what_is_still_there():
    found = looks((100, 0))
    assert found.lag == {0: 95, 1: 100}
    assert found.committed == {0: 5, 1: 0}
    assert found.records == 195
    assert found.total_lag == 195


def test_one_look_makes_no_rate_and_a_new_topic_none_below_zero():
    assert looks((100, 50)).produced is None
    found = looks((1_000, 900), (10, 5))
    assert (found.produced, found.consumed) == (None, None)


def test_others_are_those_who_work_while_we_do_not():
    clock = HandClock()
    judge = OthersWatch(clock).judge
    busy = Watch(produced=10.0, consumed=5.0)
    assert judge(busy, producing=False, consuming=False) == Others(10.0, 5.0)
    assert judge(busy, producing=True, consuming=False) == Others(None, 5.0)
    clock.seconds += 5
    assert judge(busy, producing=False, consuming=False) == Others(None, 5.0)
    clock.seconds += 6
    assert judge(busy, producing=False, consuming=False) == Others(10.0, 5.0)
    assert not judge(Watch(), producing=False, consuming=False).seen
    assert not judge(None, producing=False, consuming=False).seen
