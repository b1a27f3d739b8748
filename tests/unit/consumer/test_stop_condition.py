"""When a consumer is done: to the record, to the moment, to the offset."""

import pytest

from core.broker.base import Member
from core.consumer.assignment import Assignment
from core.consumer.options import ConsumeOptions
from core.consumer.stop_condition import StopCondition
from core.consumer.unread import ELSEWHERE, NOBODY, TRANSACTION, open_transactions, told
from core.errors import UsageError
from tests.support.consuming import (
    GROUP,
    IDENTITY,
    START,
    TOPIC,
    HandClock,
    MemoryBroker,
    MemoryTopic,
    MemoryWarehouse,
)


class Asked:
    """An ending, and an assignment that holds what the test says."""

    def __init__(self, *counts, **options):
        self.topic = MemoryTopic(*counts)
        self.broker = MemoryBroker(self.topic)
        self.warehouse = MemoryWarehouse()
        self.clock = HandClock()
        self.stop_condition = StopCondition(
            self.broker, ConsumeOptions(TOPIC, GROUP, **options), self.clock
        )
        self.assignment = Assignment(
            self.broker,
            self.warehouse,
            TOPIC,
            incremental=True,
            on_change=lambda: None,
            on_notice=lambda _text: None,
        )

    def hold(self, **positions):
        self.assignment.identity = IDENTITY
        self.assignment.positions = {int(part[1:]): at for part, at in positions.items()}

    def reached(self, consumed=0, *, later=0.2):
        self.clock.seconds += later
        return self.stop_condition.reached(consumed, self.assignment)


def test_without_a_bound_it_goes_on_and_asks_nobody():
    asked = Asked(5)
    asked.stop_condition.begin()
    asked.hold(p0=5)
    assert not asked.reached(10_000, later=1e6)
    assert asked.broker.asked == 0
    assert asked.stop_condition.room(10_000) > 1_000_000


def test_who_has_caught_up_knows_its_lag_in_empty_partitions_too():
    asked = Asked(5, 0, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=5, p1=0)
    assert asked.assignment.lag() == {}
    assert asked.reached()
    assert asked.assignment.lag() == {0: 0, 1: 0}


def test_a_limit_leaves_room_for_exactly_the_rest():
    asked = Asked(5, limit=10)
    asked.stop_condition.begin()
    assert [asked.stop_condition.room(done) for done in (0, 9, 10, 11)] == [10, 1, 0, 0]
    assert not asked.reached(9)
    assert asked.reached(10)
    assert asked.reached(11)


def test_a_duration_counts_from_the_beginning():
    asked = Asked(5, duration_s=3.0)
    asked.clock.seconds += 100
    asked.stop_condition.begin()
    assert not asked.reached(later=2.999)
    assert asked.reached(later=0.001)


@pytest.mark.parametrize(
    ("options", "field"), [({"limit": 0}, "--limit"), ({"duration_s": 0.0}, "--duration")]
)
def test_bounds_that_end_it_before_it_began_are_refused(options, field):
    with pytest.raises(UsageError, match=field) as caught:
        ConsumeOptions(TOPIC, GROUP, **options)
    assert caught.value.hint
    assert ConsumeOptions(TOPIC, GROUP, limit=1, duration_s=0.001).limit == 1


def test_caught_up_is_the_end_that_the_topic_had_when_asked():
    asked = Asked(5, 3, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=4, p1=3)
    assert not asked.reached()
    asked.topic.publish(0, b"later")
    asked.hold(p0=5, p1=3)
    assert asked.reached()


def test_every_partition_must_be_there():
    asked = Asked(5, 3, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=5, p1=2)
    assert not asked.reached()
    asked.broker.commits = {0: 5, 1: 3}
    assert not asked.reached(), "what this one holds counts by its own position"


def test_an_end_without_a_record_counts_as_read():
    asked = Asked(5, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=4)
    asked.assignment.ends = {0: 5}
    assert asked.reached()


def test_partitions_of_others_count_by_what_this_warehouse_holds():
    asked = Asked(5, 3, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=5)
    assert not asked.reached()
    asked.broker.commits = {1: 3}
    assert not asked.reached(later=1), "they may have filled another warehouse"
    asked.warehouse.offsets[IDENTITY] = {1: 2}
    assert not asked.reached(later=1)
    asked.warehouse.offsets[IDENTITY] = {1: 3}
    assert asked.reached(later=1)
    assert asked.stop_condition.left == ()


def test_what_another_member_reads_elsewhere_is_left_after_a_while_and_named():
    asked = Asked(5, 3, until_caught_up=True, give_up_after_s=10.0)
    asked.broker.group = [Member("m-1", "foreign", "/10.0.0.7", (1,))]
    asked.broker.commits = {1: 3}
    asked.stop_condition.begin()
    asked.hold(p0=5)
    assert not asked.reached(later=9)
    asked.warehouse.offsets[IDENTITY] = {0: 5, 1: 1}
    assert not asked.reached(later=2), "it moved: the time begins anew"
    assert not asked.reached(later=9)
    assert asked.reached(later=2)
    (left,) = asked.stop_condition.left
    assert (left.partition, left.records, left.reason) == (1, 2, ELSEWHERE)
    line = told(asked.stop_condition.left, TOPIC, GROUP)
    assert "2 records are not in this warehouse" in line
    assert "foreign at /10.0.0.7 (partitions 1)" in line
    assert "KAFKA_GROUP_ID" in line


def test_nobody_is_named_where_the_group_cannot_be_looked_at():
    asked = Asked(5, until_caught_up=True, give_up_after_s=10.0)
    asked.stop_condition.begin()
    assert not asked.reached()
    assert asked.reached(later=20)
    assert [(one.records, one.reason) for one in asked.stop_condition.left] == [(5, NOBODY)]
    assert "partitions 0 were not given to this consumer in time" in told(
        asked.stop_condition.left, TOPIC, GROUP
    )


def test_an_open_transaction_is_waited_for_then_told():
    asked = Asked(10, until_caught_up=True, give_up_after_s=10.0)
    asked.topic.stable[0] = 4
    asked.stop_condition.begin()
    asked.hold(p0=4)
    asked.assignment.ends = {0: 4}
    asked.warehouse.offsets[IDENTITY] = {0: 4}
    assert not asked.reached()
    assert not asked.reached(later=9)
    assert asked.reached(later=2)
    (left,) = asked.stop_condition.left
    assert (left.records, left.reason, left.since) == (6, TRANSACTION, START)
    line = told(asked.stop_condition.left, TOPIC, GROUP)
    assert "6 records waiting behind a transaction" in line
    assert "orders_topic/0 from offset 4, since 2026-01-01 00:00:00 UTC" in line


def test_records_that_come_after_the_end_do_not_prolong_the_wait():
    asked = Asked(10, 5, 5, until_caught_up=True, give_up_after_s=10.0)
    asked.topic.stable[0] = 4
    asked.stop_condition.begin()
    for more in range(20):
        # Partitions that others publish to are read on meanwhile, here and elsewhere.
        asked.hold(p0=4, p1=5 + more)
        asked.warehouse.offsets[IDENTITY] = {0: 4, 1: 5 + more, 2: 5 + more}
        if asked.reached(later=1.0):
            break
    assert [(one.partition, one.records) for one in asked.stop_condition.left] == [(0, 6)]


def test_a_transaction_beyond_the_end_is_not_the_reason():
    asked = Asked(10, until_caught_up=True, give_up_after_s=10.0)
    asked.stop_condition.begin()
    asked.hold(p0=4)
    assert not asked.reached()
    asked.topic.publish(0, b"in a transaction")
    asked.topic.stable[0] = 10
    assert not asked.reached(later=1_000)
    assert asked.stop_condition.left == ()


def test_only_the_transactions_that_are_shown_are_dated():
    asked = Asked(*[10] * 100, until_caught_up=True, give_up_after_s=10.0)
    asked.topic.stable.update(dict.fromkeys(range(100), 4))
    asked.stop_condition.begin()
    asked.hold(**{f"p{part}": 4 for part in range(100)})
    asked.warehouse.offsets[IDENTITY] = dict.fromkeys(range(100), 4)
    assert not asked.reached()
    assert asked.reached(later=20)
    marks = asked.broker.watermarks(TOPIC)
    for left in (asked.stop_condition.left, open_transactions(asked.broker, TOPIC, marks)):
        assert len(left) == 100
        assert [one.partition for one in left if one.since is not None] == [0, 1, 2]


def test_a_transaction_that_ends_in_time_is_read():
    asked = Asked(10, until_caught_up=True, give_up_after_s=10.0)
    asked.topic.stable[0] = 4
    asked.stop_condition.begin()
    asked.hold(p0=4)
    assert not asked.reached()
    asked.topic.stable.clear()
    asked.hold(p0=10)
    assert asked.reached()
    assert asked.stop_condition.left == ()


def test_what_it_is_about_to_read_is_never_given_up():
    asked = Asked(10, until_caught_up=True, give_up_after_s=10.0)
    asked.stop_condition.begin()
    asked.hold(p0=4)
    assert not asked.reached()
    assert not asked.reached(later=1_000)
    assert asked.stop_condition.left == ()


def test_before_it_is_a_member_only_the_warehouse_tells():
    asked = Asked(5, until_caught_up=True)
    asked.stop_condition.begin()
    asked.broker.commits = {0: 5}
    assert not asked.reached(), "the group may have filled another warehouse"
    asked.warehouse.offsets[IDENTITY] = {0: 4}
    assert not asked.reached(later=1)
    asked.warehouse.offsets[IDENTITY] = {0: 5}
    assert asked.reached(later=1)


def test_an_empty_topic_is_read():
    asked = Asked(0, until_caught_up=True)
    asked.stop_condition.begin()
    assert asked.reached()


def test_finish_asks_for_the_end_that_is_now():
    asked = Asked(5)
    asked.stop_condition.begin()
    asked.hold(p0=2)
    assert not asked.reached()
    asked.topic.publish(0, b"before it was asked")
    asked.stop_condition.finish()
    asked.hold(p0=5)
    assert not asked.reached()
    asked.hold(p0=6)
    assert asked.reached()


def test_the_warehouse_is_asked_twice_a_second_at_most():
    asked = Asked(5, 5, until_caught_up=True)
    asked.stop_condition.begin()
    asked.hold(p0=5)
    assert not asked.reached(later=1.0)
    looks = asked.broker.asked
    asked.warehouse.offsets[IDENTITY] = {1: 5}
    assert not asked.reached(later=0.49)
    assert asked.broker.asked == looks
    assert asked.reached(later=0.11)
