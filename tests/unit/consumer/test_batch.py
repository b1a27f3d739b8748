"""What a batch stores of the records that came, and how far it moves each partition."""

import pytest

from core.consumer.batch import build_batch
from core.warehouse.model import OffsetAdvance, OffsetGap
from tests.support.consuming import IDENTITY, START, Record
from tests.support.decoding import ORDERS
from tests.support.events import event


def built(records, positions, *, contiguous_offsets=False, ends=None):
    return build_batch(
        records,
        IDENTITY,
        positions,
        START,
        ORDERS,
        contiguous_offsets=contiguous_offsets,
        ends=ends,
    )


def records(partition, *offsets):
    return [Record(partition, offset, event(offset)) for offset in offsets]


def test_rows_stand_at_their_own_coordinates_and_the_bad_apart() -> None:
    came = [
        Record(1, 5, event(1)),
        Record(0, 7, b"{", key="text", headers=[("a\x1b", b"1"), ("b", "two"), ("c", None)]),
        Record(0, 8, event(2)),
        Record(1, 6, None, key=None),
    ]
    batch = built(came, {0: 7, 1: 5})
    raw = batch.raw
    assert (raw.identity, raw.received_at) == (IDENTITY, START)
    assert (raw.partitions, raw.offsets) == ([1, 0], [5, 8])
    assert raw.payloads == [event(1), event(2)]
    first, second = raw.dead_letters
    assert (first.partition, first.offset, first.reason) == (0, 7, "invalid_json")
    assert "not JSON" in first.detail
    assert (first.key, first.payload) == (b"text", b"{")
    assert first.headers == (("a\x1b", b"1"), ("b", b"two"), ("c", None))
    assert (second.partition, second.offset, second.reason) == (1, 6, "tombstone")
    assert (second.key, second.payload, second.headers) == (None, None, ())
    assert raw.advances == [OffsetAdvance(0, 7, 9), OffsetAdvance(1, 5, 7)]
    assert (batch.size, batch.already_stored, len(batch.rejections)) == (4, 0, 2)
    assert len(batch.event_times_us) == 2


def test_what_is_stored_already_or_is_not_ours_is_left_out() -> None:
    batch = built([*records(0, 3, 4, 5), *records(9, 0)], {0: 5, 1: 2})
    assert batch.raw.offsets == [5]
    assert batch.already_stored == 3
    assert batch.raw.advances == [OffsetAdvance(0, 5, 6)]
    assert built(records(0, 3, 4), {0: 5}).raw.advances == []


def test_a_record_that_comes_twice_is_taken_once() -> None:
    batch = built(records(0, 5, 6, 5, 6, 7), {0: 5})
    assert (batch.raw.offsets, batch.already_stored) == ([5, 6, 7], 2)


@pytest.mark.parametrize("start", [0, 4])
def test_where_every_offset_holds_a_record_what_is_passed_over_was_lost(start) -> None:
    raw = built(
        records(0, start + 2, start + 3, start + 7), {0: start}, contiguous_offsets=True
    ).raw
    assert raw.gaps == [
        OffsetGap(0, start, start + 2, "evicted"),
        OffsetGap(0, start + 4, start + 7, "evicted"),
    ]
    assert raw.advances == [OffsetAdvance(0, start, start + 8, skipped=0)]


def test_elsewhere_it_is_counted_to_the_offset_and_is_no_loss() -> None:
    raw = built([*records(0, 2, 3, 7), *records(1, 5)], {0: 0, 1: 5, 2: 1}).raw
    assert raw.gaps == ()
    assert raw.advances == [OffsetAdvance(0, 0, 8, skipped=5), OffsetAdvance(1, 5, 6, skipped=0)]


def test_the_end_of_a_partition_takes_it_over_marks_that_are_no_records() -> None:
    raw = built(records(0, 0), {0: 0, 1: 4}, ends={0: 3, 1: 6, 2: 9}).raw
    assert raw.advances == [OffsetAdvance(0, 0, 3, skipped=2), OffsetAdvance(1, 4, 6, skipped=2)]
    assert raw.gaps == ()


def test_an_end_that_is_reached_or_passed_moves_nothing() -> None:
    raw = built(records(0, 0, 1), {0: 0, 1: 4}, ends={0: 1, 1: 4}).raw
    assert raw.advances == [OffsetAdvance(0, 0, 2, skipped=0)]


def test_where_every_offset_holds_a_record_an_end_proves_nothing() -> None:
    raw = built([], {0: 0}, contiguous_offsets=True, ends={0: 3}).raw
    assert (raw.advances, raw.gaps) == ([], [])


def test_in_a_large_batch_one_time_stands_for_the_few_behind_it() -> None:
    count = 20_003
    stamp = 1_767_261_600_000
    one = event(1)
    came = [Record(0, place, one, timestamp=(1, stamp + place)) for place in range(count)]
    few = built(came[:20_000], {0: 0}).broker_times_us
    assert few.tolist() == [(stamp + place) * 1_000 for place in range(20_000)]
    many = built(came, {0: 0}).broker_times_us
    assert many.tolist() == [(stamp + place // 8 * 8) * 1_000 for place in range(count)]
