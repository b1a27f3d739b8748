"""What an embedded broker would lose is counted against the warehouse, whatever Kafka was told."""

from core.broker.base import Watermark
from core.consumer.unstored import lost_text, unstored_records


def test_a_partition_that_was_never_claimed_has_nothing_stored():
    assert unstored_records({0: Watermark(0, 5), 1: Watermark(0, 7)}, {0: 3}) == 2 + 7


def test_what_the_broker_has_dropped_can_be_stored_no_more():
    assert unstored_records({0: Watermark(4, 10)}, {0: 1}) == 6


def test_an_offset_beyond_the_end_makes_no_debt():
    assert unstored_records({0: Watermark(0, 5), 1: Watermark(0, 5)}, {0: 9, 1: 4}) == 1


def test_the_loss_is_told_with_its_number():
    assert "5,506 records were not stored" in lost_text(5_506)
    assert "1 record was not stored" in lost_text(1)
