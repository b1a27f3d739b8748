"""The backlog of the merge is exact, whoever comes first, and knows since when it waits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.warehouse.backlog import BacklogLedger, MergeBacklog

START = datetime(2026, 3, 1, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_it_counts_in_and_out_and_tells_the_age_of_the_oldest():
    ledger = BacklogLedger(10, START)
    ledger.stored(5, later(60))
    assert ledger.latest == MergeBacklog(15, START)
    assert ledger.latest.age_s(later(90)) == 90
    ledger.merged(4)
    assert ledger.latest == MergeBacklog(11, START)
    ledger.merged(6)
    assert ledger.latest == MergeBacklog(5, later(60))
    ledger.merged(5)
    assert ledger.latest == MergeBacklog(0, None)
    assert ledger.latest.age_s(later(999)) == 0


def test_a_merge_may_be_counted_before_the_batch_that_it_took():
    ledger = BacklogLedger()
    ledger.merged(3)
    assert ledger.latest.events == 0
    ledger.stored(3, START)
    assert ledger.latest == MergeBacklog(0, None)
    ledger.stored(2, later(1))
    assert ledger.latest == MergeBacklog(2, later(1))


def test_up_to_a_mark_all_is_merged_and_what_came_after_waits():
    ledger = BacklogLedger()
    ledger.stored(3, START)
    mark = ledger.mark
    ledger.stored(2, later(5))
    ledger.merged_through(mark)
    assert ledger.latest == MergeBacklog(2, later(5))
    ledger.merged_through(mark)
    assert ledger.latest.events == 2


def test_its_memory_is_bounded():
    ledger = BacklogLedger()
    for second in range(20_000):
        ledger.stored(1, later(second))
    assert ledger.latest == MergeBacklog(20_000, START)
    ledger.merged(19_999)
    assert ledger.latest.events == 1
    assert ledger.latest.oldest_at is not None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=60))
def test_it_is_what_a_list_of_events_would_tell(steps):
    ledger, waiting = BacklogLedger(), []
    for second, (comes, events) in enumerate(steps):
        if comes:
            ledger.stored(events, later(second))
            waiting += [later(second)] * events
        else:
            ledger.merged(min(events, len(waiting)))
            del waiting[: min(events, len(waiting))]
        assert ledger.latest == MergeBacklog(len(waiting), waiting[0] if waiting else None)
