"""Rates and lag from the broker alone, and whose work they are."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from core.broker.base import Watermark
from core.operations.stored import Account
from core.operations.watchers import ExternalActivity, ExternalActivityWatch, TopicWatcher, Watch


class HandClock:
    def __init__(self):
        self.seconds = 100.0

    def monotonic(self):
        return self.seconds


class Topic:
    """The part of a broker that a watcher asks."""

    def __init__(self):
        self.marks: Mapping[int, Watermark] = {0: Watermark(0, 0), 1: Watermark(0, 0)}

    def watermarks(self, _topic):
        return self.marks


def looks(*moments):
    """Look once a second at (end of both partitions, stored of the first)."""
    clock, topic = HandClock(), Topic()
    watcher = TopicWatcher(clock)
    for end, stored in moments:
        topic.marks = {0: Watermark(5, end), 1: Watermark(0, end)}
        account = stored if isinstance(stored, Account) else Account({0: stored})
        found = watcher.look(topic, "orders", account)
        clock.seconds += 1
    return found


def test_rates_are_those_of_the_last_seconds():
    found = looks(*[(100 * n, 50 * n) for n in range(20)])
    assert (found.produced, found.consumed) == (200.0, 50.0)


def test_lag_counts_from_what_is_stored_or_from_what_is_still_there():
    found = looks((100, 0))
    assert found.lag == {0: 95, 1: 100}
    assert found.stored == {0: 5, 1: 0}
    assert found.records == 195
    assert found.total_lag == 195


def test_one_look_makes_no_rate_and_a_new_topic_none_below_zero():
    assert looks((100, 50)).produced is None
    found = looks((1_000, 900), (10, 5))
    assert (found.produced, found.consumed) == (None, None)


def test_what_is_not_known_to_be_stored_is_no_lag_and_no_rate():
    found = looks(*[(100 * n, Account()) for n in range(5)])
    assert (found.lag, found.stored, found.total_lag, found.consumed) == ({}, {}, None, None)
    assert found.produced == 200.0


ASKED = datetime(2026, 1, 2, tzinfo=UTC)


def told(second, offset):
    """Return an account of a warehouse that is asked every ten seconds."""
    return Account({0: offset}, ASKED + timedelta(seconds=second // 10 * 10))


def test_a_figure_of_the_warehouse_counts_once_however_often_it_is_looked_at():
    moments = [(100 * n, told(n, 5 + 60 * (n // 10 * 10))) for n in range(36)]
    for length in range(12, len(moments)):
        found = looks(*moments[:length])
        assert (found.produced, found.consumed) == (200.0, 60.0)
        assert found.stored_at == ASKED + timedelta(seconds=(length - 1) // 10 * 10)


def test_an_old_figure_tells_of_no_one_at_work():
    moments = [(100, told(0, 10)), *[(100, told(10, 60))] * 40]
    assert looks(*moments[:20]).consumed == 50.0
    found = looks(*moments)
    assert found.consumed is None
    assert found.lag[0] == 40


def test_from_commits_to_the_warehouse_is_no_progress():
    found = looks((900, Account({0: 10}, commits=True)), (900, Account({0: 800})))
    assert (found.consumed, found.lag[0], found.commits) == (None, 100, False)
    assert looks((900, Account({0: 10}, commits=True))).commits


def test_others_are_those_who_work_while_we_do_not():
    clock = HandClock()
    judge = ExternalActivityWatch(clock).judge
    busy = Watch(produced=10.0, consumed=5.0)
    assert judge(busy, producing=False, consuming=False) == ExternalActivity(10.0, 5.0)
    assert judge(busy, producing=True, consuming=False) == ExternalActivity(None, 5.0)
    clock.seconds += 5
    assert judge(busy, producing=False, consuming=False) == ExternalActivity(None, 5.0)
    clock.seconds += 6
    assert judge(busy, producing=False, consuming=False) == ExternalActivity(10.0, 5.0)
    assert judge(busy, producing=False, consuming=True, replaying=True) == ExternalActivity()
    clock.seconds += 5
    assert judge(busy, producing=False, consuming=False) == ExternalActivity()
    assert not judge(Watch(), producing=False, consuming=False).seen
    assert not judge(None, producing=False, consuming=False).seen
