"""How the offsets of a page are shared out, and in which order its records are shown."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.operations.tail_record import TailRecord
from core.operations.topic_peek import PAGE, in_order, shares
from tests.support.moments import NOW


@given(st.dictionaries(st.integers(0, 900), st.integers(-5, 5_000), max_size=700))
def test_a_page_is_filled_and_every_partition_has_its_turn(there):
    found = shares(there)
    wanted = {part: max(left, 0) for part, left in there.items()}
    assert found.keys() == wanted.keys()
    assert all(0 <= found[part] <= wanted[part] for part in found)
    assert all(found[part] for part, left in wanted.items() if left)
    if len(there) <= PAGE:
        assert sum(found.values()) == min(PAGE, sum(wanted.values()))


def record(partition, offset, seconds):
    at = None if seconds is None else NOW + timedelta(seconds=seconds)
    return TailRecord(partition, offset, at, None, b"", 0)


def test_partitions_are_mixed_by_time_and_each_stays_in_its_order():
    records = [
        record(0, 7, 5),
        record(0, 8, 1),
        record(0, 9, 6),
        record(1, 3, 2),
        record(1, 4, None),
    ]
    assert [(one.partition, one.offset) for one in in_order(records)] == [
        (1, 3),
        (1, 4),
        (0, 7),
        (0, 8),
        (0, 9),
    ]
