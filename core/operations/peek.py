"""What every client that only looks at a topic has in common: it joins no group."""

from typing import Any

from confluent_kafka import KafkaError

from core.broker.base import Broker
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import is_transient


def peek_config(broker: Broker, group_id: str, *, queue_kbytes: int) -> dict[str, Any]:
    """Return the settings of such a client. queue_kbytes: the most that it reads ahead."""
    given = broker.consumer_config(f"{group_id}-peek")
    given.pop("group.protocol", None)
    own = {"auto.offset.reset": "earliest", "queued.max.messages.kbytes": queue_kbytes}
    return {**given, **own}


def is_harmless(error: KafkaError) -> bool:
    """Whether looking goes on after it: it passes, or it is about the group that is not joined."""
    known = {ClientErrorCode.PARTITION_EOF, KafkaError.GROUP_AUTHORIZATION_FAILED}
    return error.code() in known or is_transient(error)
