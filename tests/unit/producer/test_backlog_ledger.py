"""The ledger never says less than what is unconsumed, and comes back to nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.broker.base import Watermark
from core.producer.backlog_ledger import (
    RECORD_OVERHEAD_BYTES,
    UNKNOWN_RECORD_BYTES,
    PartitionBacklog,
)

LIMIT, MARGIN = 10_000, 1_000
EACH = 200 - RECORD_OVERHEAD_BYTES


def backlog(partitions: int = 2) -> PartitionBacklog:
    return PartitionBacklog(LIMIT, MARGIN, dict.fromkeys(range(partitions), 0))


def admit(ledger: PartitionBacklog, places: list[int], size: int = EACH) -> int:
    return ledger.admit(np.array(places, np.int64), np.full(len(places), size, np.int64))


def test_records_are_admitted_until_one_partition_is_full() -> None:
    ledger = backlog()
    assert admit(ledger, [0] * 40 + [1] * 10) == 50
    assert admit(ledger, [1, 1, 0, 0, 0, 0, 0, 0, 1]) == 2 + 5
    assert not ledger.ready
    assert admit(ledger, [0]) == 0
    assert admit(ledger, [1]) == 1
    assert ledger.used == 45 * 200


def test_commits_make_room_and_a_drop_is_not_enough() -> None:
    ledger = backlog(1)
    for _record in range(45):
        assert admit(ledger, [0]) == 1
    assert admit(ledger, [0]) == 0
    ledger.release({0: 3})
    assert ledger.used == 42 * 200
    assert not ledger.ready
    ledger.release({0: 10})
    assert ledger.ready
    assert admit(ledger, [0] * 20) == 10


def test_a_record_larger_than_the_limit_passes_alone() -> None:
    ledger = backlog(1)
    assert admit(ledger, [0], 50_000) == 1
    assert admit(ledger, [0]) == 0
    ledger.release({0: 1})
    assert ledger.ready
    assert admit(ledger, [0, 0], 50_000) == 1


def test_what_was_there_before_counts() -> None:
    ledger = PartitionBacklog(LIMIT, MARGIN, {0: 100})
    ledger.found(0, [(50, 4_000), (100, 4_900)])
    assert admit(ledger, [0]) == 0
    ledger.release({0: 50})
    assert ledger.used == 4_900
    assert admit(ledger, [0]) == 1
    ledger.release({0: 101})
    assert ledger.used == 0


def test_failed_records_do_not_stay_in_the_count() -> None:
    ledger = backlog(1)
    admit(ledger, [0] * 10)
    ledger.align({0: Watermark(0, 7)})
    ledger.release({0: 7})
    assert ledger.used == 0
    assert admit(ledger, [0]) == 1
    ledger.release({0: 7})
    assert ledger.used == 200
    ledger.release({0: 8})
    assert ledger.used == 0


def test_records_of_others_are_counted_and_delay_our_own() -> None:
    ledger = backlog(1)
    admit(ledger, [0] * 10)
    ledger.align({0: Watermark(0, 12)})
    assert ledger.used == 10 * 200 + 2 * UNKNOWN_RECORD_BYTES
    ledger.release({0: 10})
    assert ledger.used == 10 * 200 + 2 * UNKNOWN_RECORD_BYTES
    ledger.release({0: 12})
    assert ledger.used == 0


steps = st.lists(
    st.one_of(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3_000)), min_size=1, max_size=30),
        st.tuples(st.integers(0, 2), st.floats(0, 1)),
    ),
    max_size=30,
)


@given(steps)
def test_unconsumed_records_never_pass_the_limit(
    plan: list[list[tuple[int, int]] | tuple[int, float]],
) -> None:
    ledger = backlog(3)
    stored: list[list[int]] = [[], [], []]
    committed = [0, 0, 0]
    for step in plan:
        if isinstance(step, list):
            places, sizes = zip(*step, strict=True)
            taken = ledger.admit(np.array(places, np.int64), np.array(sizes, np.int64))
            for place, size in step[:taken]:
                stored[place].append(size + RECORD_OVERHEAD_BYTES)
        else:
            place, share = step
            behind = len(stored[place]) - committed[place]
            committed[place] += round(behind * share)
            ledger.release({place: committed[place]})
        for place in range(3):
            unconsumed = sum(stored[place][committed[place] :])
            assert unconsumed <= ledger._partitions[place].used
            assert unconsumed <= LIMIT - MARGIN
    ledger.release({place: len(stored[place]) for place in range(3)})
    assert ledger.used == 0


@pytest.mark.parametrize("places", [[0, 1], [1, 0]])
def test_the_first_record_that_does_not_fit_ends_the_batch(places: list[int]) -> None:
    ledger = backlog()
    admit(ledger, [0] * 45)
    assert admit(ledger, places) == places.index(0)
