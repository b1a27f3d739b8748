"""A look into a topic of a real broker: by offset and time, over transactions, without a trace."""

from datetime import UTC, datetime, timedelta
from threading import Event

from confluent_kafka import Producer

from core.operations.offset_target import OffsetTarget
from core.operations.topic_peek import PAGE, TopicPeek
from tests.support.kafka_work import Work

# Later than what ends a transaction, which the broker stamps and finds by time too.
START = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
RECORDS = 700


def is_committed(number: int) -> bool:
    return number // 10 % 3 != 2


def publish(work: Work) -> None:
    """Publish records, one a second, in transactions of 10; every third of these is aborted."""
    client = Producer({"bootstrap.servers": work.servers, "transactional.id": work.topic})
    client.init_transactions(20)
    for first in range(0, RECORDS, 10):
        client.begin_transaction()
        for number in range(first, first + 10):
            at = START + timedelta(seconds=number)
            milliseconds = int(at.timestamp() * 1_000)
            client.produce(work.topic, b"%d" % number, partition=0, timestamp=milliseconds)
        assert client.flush(20) == 0  # an abort drops what is not sent yet
        if not is_committed(first):
            client.abort_transaction(20)
        else:
            client.commit_transaction(20)


def test_pages_hold_what_is_committed_and_leave_no_group(work: Work) -> None:
    work.make_topic(2)
    publish(work)
    told: list[tuple[int, int | None]] = []
    peek = TopicPeek(
        work.cluster,
        work.topic,
        work.group,
        Event(),
        text=lambda _value: None,
        progress=lambda *done: told.append(done),
    )
    first = peek.at(OffsetTarget("begin"))
    second = peek.turned(first, 1)
    whole = [int(one.value or b"-1") for one in (*first.records, *second.records)]
    assert whole == [number for number in range(RECORDS) if is_committed(number)]
    assert (first.before, first.ends[0]) == (0, PAGE)
    assert (second.after, told[-1][1]) == (0, RECORDS + RECORDS // 10 - PAGE)
    assert peek.turned(second, -1) == first

    late = peek.at(OffsetTarget("moment", 0, moment=START + timedelta(seconds=690)))
    assert [int(one.value or b"-1") for one in late.records] == list(range(690, 700))
    assert late.records[0].at == START + timedelta(seconds=690)
    beyond = peek.at(OffsetTarget("moment", moment=START + timedelta(days=1)))
    assert (beyond.records, beyond.after) == ((), 0)
    place = peek.at(OffsetTarget("offset", 0, 11))
    assert [int(one.value or b"-1") for one in place.records[:2]] == [10, 11]
    assert work.cluster.committed(work.topic, work.group) == {}
    groups = work.admin.list_consumer_groups().result(20).valid
    assert not [one.group_id for one in groups if work.topic in one.group_id]
