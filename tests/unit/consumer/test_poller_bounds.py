"""What ends a batch, how much is asked for at once, and what errors among the records do."""

from typing import Any

import pytest
from confluent_kafka import KafkaError

from core.broker.client_error_codes import ClientErrorCode
from core.consumer.options import ConsumeOptions
from core.consumer.poller import RecordPoller
from core.errors import BrokerError
from tests.support.consuming import GROUP, TOPIC, HandClock, Record, failed


class Assigned:
    """The part of an assignment that the gatherer writes to."""

    def __init__(self) -> None:
        self.positions = {0: 0, 1: 0}
        self.ends: dict[int, int] = {}
        self.out_of_range: set[int] = set()
        self.failure: Exception | None = None
        self.high = 0

    def unread(self, read: int) -> int:
        return max(self.high - read, 0)

    def raise_failure(self) -> None:
        if self.failure is not None:
            raise self.failure


class Answers:
    """A client that answers as told, some time after it was asked."""

    def __init__(self, clock: HandClock, *answers: list[Any], takes_s: float = 0.0) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._takes_s = takes_s
        self.asked: list[tuple[int, float]] = []
        self.commits = 0

    def consume(self, most: int, seconds: float) -> list[Any]:
        self.asked.append((most, seconds))
        self._clock.seconds += self._takes_s if self._answers else seconds
        return self._answers.pop(0) if self._answers else []

    def commit(self, *, offsets: list[Any], asynchronous: bool) -> None:
        assert (offsets, asynchronous) == ([], True)
        self.commits += 1


def records(count: int, size: int = 10) -> list[Record]:
    return [Record(0, offset, b"x" * size) for offset in range(count)]


def gathering(*answers, takes_s=0.0, **options):
    clock = HandClock()
    client = Answers(clock, *answers, takes_s=takes_s)
    rests: list[float] = []

    def rest(seconds):
        rests.append(seconds)
        clock.seconds += seconds

    poller = RecordPoller(client, ConsumeOptions(TOPIC, GROUP, **options), clock, rest)
    return poller, client, rests


def test_a_batch_is_full_at_its_number():
    poller, client, rests = gathering(records(32), records(8), max_batch=40)
    assert len(poller.poll(Assigned(), 1_000_000)) == 40
    assert client.asked == [(32, 0.0), (8, 0.005)]
    assert rests == []


def test_there_is_room_for_no_more_than_was_said():
    poller, client, _rests = gathering(records(7), records(2))
    assert len(poller.poll(Assigned(), 7)) == 7
    assert client.asked == [(7, 0.0)]


def test_a_batch_is_full_at_its_bytes():
    answers = [records(32, 1_000)] * 3
    poller, client, _rests = gathering(*answers, max_batch_bytes=64_000)
    assert len(poller.poll(Assigned(), 1_000_000)) == 64
    # 64 kB in 32 records at first; then 32 kB are left for records of 1 kB.
    assert [most for most, _wait in client.asked] == [32, 32]


def test_no_more_than_a_thousand_are_asked_for_at_once():
    poller, client, _rests = gathering(records(1_000), records(1_000), flush_s=0.1, takes_s=0.06)
    poller.poll(Assigned(), 1_000_000)
    assert client.asked[1][0] == 1_000


def test_a_record_larger_than_a_batch_is_asked_for_alone():
    poller, client, _rests = gathering(records(1, 50_000), records(1, 10), max_batch_bytes=10_000)
    assert len(poller.poll(Assigned(), 100)) == 1
    poller.poll(Assigned(), 100)
    assert [most for most, _wait in client.asked][:2] == [32, 1]


def test_the_largest_of_the_last_records_tells_the_size_of_the_next():
    mixed = [*records(30, 10), *records(1, 4_000), *records(1, 10)]
    poller, client, _rests = gathering(mixed, records(6, 10), max_batch_bytes=32_000)
    poller.poll(Assigned(), 1_000)
    assert client.asked[1][0] == (32_000 - 4_310) // 4_000
    assert client.asked[2][0] == 962  # small ones again: room decides


def test_a_batch_ends_when_nothing_more_is_there():
    poller, client, rests = gathering(records(32), records(40), records(40))
    assert len(poller.poll(Assigned(), 1_000)) == 72
    assert client.asked == [(32, 0.0), (968, 0.005)]
    assert len(poller.poll(Assigned(), 1_000)) == 40
    assert client.asked[2:] == [(1_000, 0.0)]
    assert rests == []


def test_the_timer_ends_a_batch_that_goes_on_and_on():
    answers = [records(32), *[records(1_000)] * 99]
    poller, client, rests = gathering(*answers, takes_s=0.03, flush_s=0.1)
    assert len(poller.poll(Assigned(), 1_000_000)) == 3_032
    assert len(client.asked) == 4
    assert rests == []


def test_without_records_there_is_one_rest_and_a_longer_one_the_longer_that_lasts():
    poller, client, rests = gathering(*[[]] * 4, records(1))
    for _once in range(4):
        assert poller.poll(Assigned(), 1_000) == []
    assert client.asked == [(32, 0.0)] * 4
    assert len(poller.poll(Assigned(), 1_000)) == 1
    poller.poll(Assigned(), 1_000)
    assert rests == [0.005, 0.01, 0.02, 0.02, 0.005]


def test_errors_alone_are_no_records():
    end = failed(ClientErrorCode.PARTITION_EOF, 1, 77)
    poller, client, rests = gathering([end])
    assigned = Assigned()
    assert poller.poll(assigned, 1_000) == []
    assert assigned.ends == {1: 77}
    assert (len(client.asked), len(rests)) == (1, 1)


def test_errors_among_records_are_noted_and_the_records_kept():
    answer = [*records(1), failed(ClientErrorCode.PARTITION_EOF, 0, 1), *records(1)]
    poller, _client, _rests = gathering(answer)
    assigned = Assigned()
    assert len(poller.poll(assigned, 1_000)) == 2
    assert assigned.ends == {0: 1}


@pytest.mark.parametrize(
    "code", [ClientErrorCode.AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE]
)
def test_an_offset_that_is_gone_is_noted_for_partitions_that_are_held(code):
    poller, _client, _rests = gathering([failed(code, 1), failed(code, 5)])
    assigned = Assigned()
    poller.poll(assigned, 1_000)
    assert assigned.out_of_range == {1}
    assert assigned.ends == {}


def test_what_passes_by_itself_is_no_failure():
    poller, _client, _rests = gathering([failed(ClientErrorCode.TRANSPORT), *records(1)])
    assert len(poller.poll(Assigned(), 1_000)) == 1


@pytest.mark.parametrize("partition", [0, 3])
def test_what_does_not_pass_is_raised_and_says_where(partition):
    refused = failed(KafkaError.TOPIC_AUTHORIZATION_FAILED, partition)
    poller, _client, _rests = gathering([refused])
    with pytest.raises(BrokerError, match=f"reading {TOPIC}/{partition}: said by the test"):
        poller.poll(Assigned(), 1_000)


def test_what_failed_in_a_callback_is_raised():
    poller, _client, _rests = gathering(records(1))
    assigned = Assigned()
    assigned.failure = BrokerError("in a callback")
    with pytest.raises(BrokerError, match="in a callback"):
        poller.poll(assigned, 1_000)


def behind(by: int) -> Assigned:
    assigned = Assigned()
    assigned.high = by
    return assigned


def test_where_many_more_wait_a_batch_grows_beyond_its_number():
    poller, client, _rests = gathering(
        records(32), *[records(1_000)] * 4, max_batch=1_032, most_behind=3_000
    )
    assert len(poller.poll(behind(50_000), 1_000_000)) == 3_032
    assert [most for most, _wait in client.asked] == [32, 1_000, 1_000, 968]


def test_where_few_more_wait_a_batch_ends_at_its_number():
    poller, _client, _rests = gathering(records(32), *[records(1_000)] * 4, max_batch=1_032)
    assert len(poller.poll(behind(2_000), 1_000_000)) == 1_032


def test_what_is_under_way_does_not_wait():
    poller, _client, _rests = gathering(records(32), *[records(1_000)] * 4, max_batch=1_032)
    assert len(poller.poll(behind(50_000), 1_000_000, under_way=48_000)) == 1_032


def test_a_batch_that_grows_waits_for_records_that_are_on_their_way():
    poller, client, rests = gathering(records(32), [], [], records(1_000), records(40))
    assert len(poller.poll(behind(50_000), 1_000_000)) == 1_072
    waits = [wait for _most, wait in client.asked[5:]]
    assert waits
    assert sum(waits) <= 0.055
    assert rests == []


def test_a_batch_that_grows_ends_after_a_while():
    answers = [records(32), *[records(1_000)] * 99]
    poller, client, _rests = gathering(*answers, takes_s=0.03)
    poller.poll(behind(5_000_000), 1_000_000)
    assert 0.5 <= 0.03 * len(client.asked) < 0.56


def test_a_batch_grows_to_half_its_bytes_so_that_another_fits_beside_it():
    answers = [records(32, 1_000)] * 9
    poller, client, _rests = gathering(*answers, max_batch=64, max_batch_bytes=192_000)
    assert len(poller.poll(behind(50_000), 1_000_000)) == 96
    assert client.asked[-1][0] == 32


def test_a_batch_does_not_grow_while_a_stop_or_a_pause_is_wanted():
    poller, _client, _rests = gathering(records(32), *[records(1_000)] * 4, max_batch=1_032)
    poller._interrupted = lambda: True
    assert len(poller.poll(behind(50_000), 1_000_000)) == 1_032


def test_a_batch_that_grows_keeps_to_its_room():
    poller, client, _rests = gathering(records(32), records(1_000), records(468), max_batch=1_032)
    assert len(poller.poll(behind(50_000), 1_500)) == 1_500
    assert client.asked[-1][0] == 468
