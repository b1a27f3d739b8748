"""Which rights this user lacks on a topic and a group, as a cluster with access lists tells it.

A cluster answers a description with what its asker may do there (KIP-430); one without access
lists answers with everything. What cannot be asked is not called missing.
"""

from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from core.broker.clients import client_log
from core.broker.error_hints import right

_ON_TOPIC = {"READ": "Read", "WRITE": "Write"}
_ON_GROUP = {"READ": "Read"}


def missing_rights(
    config: Mapping[str, Any], topic: str, group_id: str, timeout_s: float
) -> tuple[str, ...]:
    """Return the rights that reading and writing the topic need and this user has not.

    config: of a client. A topic or group that the cluster does not tell about is left out.
    """
    admin = AdminClient({"allow.auto.create.topics": False, **config}, logger=client_log)
    limit = {"request_timeout": timeout_s, "include_authorized_operations": True}
    topics = admin.describe_topics(TopicCollection([topic]), **limit)
    groups = admin.describe_consumer_groups([group_id], **limit)
    on_topic = _allowed(topics[topic], timeout_s)
    on_group = _allowed(groups[group_id], timeout_s)
    missing = [
        right(name, topic=topic)
        for operation, name in _ON_TOPIC.items()
        if on_topic is not None and operation not in on_topic
    ]
    missing += [
        right(name, group=group_id)
        for operation, name in _ON_GROUP.items()
        if on_group is not None and operation not in on_group
    ]
    return tuple(missing)


def _allowed(asked: Any, timeout_s: float) -> frozenset[str] | None:
    """Return the names of what may be done; None where nobody told."""
    try:
        told = asked.result(timeout_s + 1).authorized_operations
    except KafkaException as error:
        if error.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            return frozenset()
        return None
    except FutureTimeoutError:
        return None
    return frozenset(operation.name for operation in told) if told else None
