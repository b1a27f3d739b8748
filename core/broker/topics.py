"""Makes the topic where it is missing, when the settings say how: never unasked.

`KAFKA_TOPIC_PARTITIONS` is the consent. Partitions bound how many consumers can share the topic,
and copies how many brokers may be lost, so neither is guessed.
"""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Event
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from core.broker.base import TopicPlan
from core.broker.clients import client_log, kafka_error
from core.broker.error_hints import out_of_reach_hint, right
from core.errors import BrokerError
from core.text import N_, _, clean

_TIMEOUT_S = 30.0
_LOOK_S = 0.1

log = logging.getLogger(__name__)


def create_topic(config: Mapping[str, Any], plan: TopicPlan) -> bool:
    """Create a topic and return once the cluster has taken it; False when it was there already.

    config: of a client. Errors: BrokerError (no right to, more copies than brokers, no answer).
    """
    doing = _("creating topic {topic}").format(topic=clean(plan.name, 80))
    wanted = NewTopic(plan.name, plan.partitions, plan.replication)
    try:
        admin = AdminClient(dict(config), logger=client_log)
        asked = admin.create_topics([wanted], operation_timeout=_TIMEOUT_S)
        asked[plan.name].result(_TIMEOUT_S + 1)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise kafka_error(error, doing, need=right("Create", topic=plan.name)) from error
    except FutureTimeoutError as error:
        raise BrokerError(
            _("{doing}: {reason}").format(doing=doing, reason=_("no broker answered in time")),
            hint=out_of_reach_hint(),
            transient=True,
        ) from error
    try:
        _wait_for_leaders(admin, plan)
    except KafkaException as error:
        raise kafka_error(error, doing, need=right("Describe", topic=plan.name)) from error
    log.info(
        N_("topic created"),
        extra={
            "topic": plan.name,
            "partitions": plan.partitions,
            "replication": plan.replication,
        },
    )
    return True


def make_by_asking(config: Mapping[str, Any], topic: str, *, timeout_s: float) -> bool:
    """Make a topic of the embedded broker, which makes whatever a producer asks for.

    Returns False when it was there already. Errors: BrokerError.
    """
    doing = _("creating topic {topic}").format(topic=clean(topic, 80))
    try:
        client = AdminClient(dict(config), logger=client_log)  # a producer at heart
        there = topic in client.list_topics(timeout=timeout_s).topics
        if not there:
            client.list_topics(topic, timeout=timeout_s)
    except KafkaException as error:
        raise kafka_error(error, doing) from error
    return not there


def _wait_for_leaders(admin: AdminClient, plan: TopicPlan) -> None:
    """Return once the brokers tell of every partition; clients before that would see none."""
    deadline, pause = time.monotonic() + _TIMEOUT_S, Event()
    while time.monotonic() < deadline:
        found = admin.list_topics(plan.name, timeout=_TIMEOUT_S).topics[plan.name].partitions
        if len(found) == plan.partitions and all(part.leader >= 0 for part in found.values()):
            return
        pause.wait(_LOOK_S)
