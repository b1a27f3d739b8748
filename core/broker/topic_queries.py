"""Questions about a topic that a cluster answers in one round trip, however many partitions."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import OffsetSpec as _Spec  # type: ignore[attr-defined]

from core.broker.base import Member, Watermark
from core.broker.client_error_codes import ClientErrorCode
from core.broker.error_hints import RIGHTS

ABSENT_ID = "0"
"""The id of a topic whose broker does not tell its id."""
_FIRST_RECORD_S = 1.0
_GLANCE_S = 1.0
_OffsetSpec: Any = _Spec  # the library leaves its methods without types


def ask_topic_id(
    admin: Callable[[], AdminClient], topic: str, *, timeout_s: float
) -> Callable[[], str]:
    """Ask for the id of a topic and go on; what is returned waits for the answer.

    Errors, when it is waited for alone: KafkaException, also where no answer came in time.
    """
    answer: Future[Any] = Future()
    try:
        answer = admin().describe_topics(TopicCollection([topic]), request_timeout=timeout_s)[topic]
    except KafkaException as error:
        answer.set_exception(error)

    def told() -> str:
        try:
            found = answer.result(timeout=timeout_s + 1).topic_id
        except FutureTimeoutError as error:
            raise KafkaException(KafkaError(ClientErrorCode.TIMED_OUT)) from error
        return ABSENT_ID if found is None else str(found)

    return told


def cheap_watermarks(
    reader: Consumer, topic: str, partitions: list[int], *, timeout_s: float
) -> dict[int, Watermark]:
    """Return the watermarks of partitions, one after another. Errors: KafkaException."""
    marks = {}
    for partition in partitions:
        low, high = reader.get_watermark_offsets(
            TopicPartition(topic, partition), timeout=timeout_s
        )
        marks[partition] = Watermark(low, high)
    return marks


def watermarks(
    admin: AdminClient, topic: str, partitions: list[int], *, timeout_s: float
) -> dict[int, Watermark]:
    """Return the watermarks of partitions, all asked for at once.

    Errors: KafkaException, TimeoutError.
    """
    kinds = {
        "low": (_OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED),
        "high": (_OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED),
        "stable": (_OffsetSpec.latest(), IsolationLevel.READ_COMMITTED),
    }
    where = [TopicPartition(topic, partition) for partition in partitions]
    asked = {
        name: admin.list_offsets(
            dict.fromkeys(where, spec), isolation_level=level, request_timeout=timeout_s
        )
        for name, (spec, level) in kinds.items()
    }
    found = {name: dict(_offsets(answers, timeout_s)) for name, answers in asked.items()}
    return {
        partition: Watermark(
            found["low"][partition],
            found["high"][partition],
            # Asked for beside each other: a record may have come in between.
            min(found["stable"][partition], found["high"][partition]),
        )
        for partition in partitions
    }


def _offsets(answers: Mapping[Any, Any], timeout_s: float) -> Iterator[tuple[int, int]]:
    for where, answer in answers.items():
        yield where.partition, answer.result(timeout_s + 1).offset


def members(admin: AdminClient, topic: str, group_id: str, *, timeout_s: float) -> list[Member]:
    """Return the members of a group, with what they hold of a topic. Errors: KafkaException."""
    asked = admin.describe_consumer_groups([group_id], request_timeout=timeout_s)
    found = asked[group_id].result(timeout_s + 1)
    return [
        Member(
            one.member_id,
            one.client_id,
            one.host,
            tuple(
                sorted(
                    held.partition
                    for held in (one.assignment.topic_partitions if one.assignment else ())
                    if held.topic == topic
                )
            ),
        )
        for one in found.members
    ]


def written_at(
    config: Mapping[str, Any], topic: str, partition: int, offset: int
) -> datetime | None:
    """Return when the record at an offset was written, committed or not; None: not known."""
    reader = Consumer({**config, "isolation.level": "read_uncommitted"})
    try:
        reader.assign([TopicPartition(topic, partition, offset)])
        record = reader.poll(_FIRST_RECORD_S)
        if record is None or record.error() is not None or record.offset() != offset:
            return None
        kind, milliseconds = record.timestamp()
        if kind == TIMESTAMP_NOT_AVAILABLE:
            return None
        return datetime.fromtimestamp(milliseconds / 1_000, UTC)
    except (KafkaException, OverflowError, ValueError, OSError):
        return None
    finally:
        reader.close()


def commits(
    reader: Consumer, wanted: list[TopicPartition], *, timeout_s: float
) -> list[TopicPartition]:
    """Ask what a group committed. A group that we may not look at is told by `poll` only.

    Errors: KafkaException.
    """
    left = timeout_s
    while True:
        try:
            return reader.committed(wanted, timeout=min(left, _GLANCE_S))
        except KafkaException:
            left -= _GLANCE_S
            told = reader.poll(0)
            error = None if told is None else told.error()
            if error is not None and error.code() in RIGHTS:
                raise KafkaException(error) from None
            if left <= 0:
                raise
