"""Reads and sets what a consumer group has committed. Setting is for groups without members."""

from collections.abc import Mapping
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaException,
    TopicPartition,
)
from confluent_kafka import admin as _client
from confluent_kafka.admin import AdminClient

from core.broker.clients import kafka_error
from core.broker.error_hints import right
from core.broker.inventory import GroupFacts
from core.broker.inventory_groups import described
from core.broker.inventory_topics import Deadline, answer, offsets
from core.errors import BrokerError
from core.text import _, clean

_OffsetSpec: Any = vars(_client)["OffsetSpec"]  # the library leaves its methods without types


def group_now(admin: AdminClient, group: str, deadline: Deadline) -> GroupFacts:
    """Return a group with members and commits. Errors: BrokerError where one may not be seen."""
    (found,), wrong = described(admin, [GroupFacts(group)], deadline)
    if found.members is None or found.offsets is None:
        told = wrong[0] if wrong else None
        raise BrokerError(
            told.message if told else _("group {group} is not told").format(group=clean(group, 80)),
            hint=told.hint if told else "",
        )
    return found


def offsets_at(
    admin: AdminClient, topic: str, ends: Mapping[int, int], milliseconds: int, deadline: Deadline
) -> dict[int, int]:
    """Return the first offset of each partition at a time or later; its end where none is.

    milliseconds: since the epoch, UTC. Errors: BrokerError.
    """
    found, wrong = offsets(
        admin,
        [(topic, part) for part in ends],
        _OffsetSpec.for_timestamp(milliseconds),
        IsolationLevel.READ_UNCOMMITTED,
        deadline,
    )
    if wrong is not None:
        doing = _("reading the offsets of topic") + f" {clean(topic, 80)}"
        raise kafka_error(wrong, doing, need=right("Describe", topic=topic))
    return {
        part: found[topic, part] if found.get((topic, part), -1) >= 0 else end
        for part, end in ends.items()
    }


def set_committed(
    admin: AdminClient, group: str, topic: str, wanted: Mapping[int, int], deadline: Deadline
) -> None:
    """Commit offsets for a group that has no members. Errors: BrokerError."""
    places = [TopicPartition(topic, part, offset) for part, offset in sorted(wanted.items())]
    doing = _("resetting the offsets of group {group}").format(group=clean(group, 80))
    need = right("Read", group=group)
    try:
        asked = admin.alter_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, places)], request_timeout=deadline.left
        )
        told = answer(asked[group], deadline)
    except KafkaException as error:
        raise kafka_error(error, doing, need=need) from error
    for one in told.topic_partitions:
        if one.error is not None:
            where = f"{doing}, {clean(one.topic, 80)}/{one.partition}"
            raise kafka_error(one.error, where, need=right("Read", topic=topic))
