"""Settings of the Kafka clients, and the one place where their errors become ours.

Measured on loopback: linger 20 ms with batches of 1 MB gives the best rate, and a fetch that waits
at most 50 ms gives low latency without idle load. librdkafka must never write to the terminal, so
every client gets a logger.
"""

import logging
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from core.broker.local_codes import LocalCode
from core.errors import BrokerError
from core.text import _, clean

client_log = logging.getLogger("dropship.kafka")

DURABLE_PRODUCER: dict[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 20,
    "batch.num.messages": 10_000,
    "batch.size": 1_000_000,
    "compression.type": "lz4",
    "queue.buffering.max.messages": 200_000,
    "queue.buffering.max.kbytes": 262_144,
    "delivery.report.only.error": True,
}

WAREHOUSE_CONSUMER: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    # A stored offset that the broker no longer has must be noticed, never silently replaced.
    "auto.offset.reset": "error",
    "enable.partition.eof": False,
    "isolation.level": "read_committed",
    "fetch.wait.max.ms": 50,
    "fetch.error.backoff.ms": 100,
    "queued.min.messages": 100_000,
    "queued.max.messages.kbytes": 65_536,
}

CLASSIC_MEMBER: dict[str, Any] = {
    # How long the partitions of a killed consumer lie idle. The library's default is 45 s; with the
    # newer group protocol the broker decides.
    "session.timeout.ms": 15_000,
}

REAL_CLUSTER: dict[str, Any] = {
    # New partitions and moved leaders are seen this soon; the library's default is five minutes.
    "topic.metadata.refresh.interval.ms": 10_000,
}

_LOGIN = frozenset(
    {
        LocalCode.AUTHENTICATION,
        LocalCode.SSL,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
    }
)
_TLS_ALERT = "tls alert"
_RIGHTS = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)

_RETRIABLE = frozenset(
    {
        LocalCode.ALL_BROKERS_DOWN,
        LocalCode.TRANSPORT,
        LocalCode.TIMED_OUT,
        LocalCode.RESOLVE,
        LocalCode.WAIT_COORD,
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.REQUEST_TIMED_OUT,
        # A partition changes its leader, or has just got one that must catch up.
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        # A topic was made again: the client learns the new id by itself.
        KafkaError.INCONSISTENT_TOPIC_ID,
        KafkaError.UNKNOWN_TOPIC_ID,
        # Somebody may create it: a consumer that starts before its producer meets this.
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    }
)


def passes(error: KafkaError) -> bool:
    """Return whether the client gets over an error by itself while it goes on."""
    if error.fatal() or error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return False
    # A member that was away for too long (suspended, or busy with a batch) joins again.
    late = error.code() == LocalCode.MAX_POLL_EXCEEDED
    return late or error.retriable() or error.code() in _RETRIABLE


def refuses(error: KafkaError) -> bool:
    """Return whether a broker answered and would not let us in: waiting does not help."""
    # TLS 1.3 tells a client without a certificate only after the handshake, by an alert.
    return error.code() in _LOGIN or _TLS_ALERT in error.str()


class TopicMissingError(BrokerError):
    """The topic does not exist. Transient: somebody may make it."""


def missing_topic(topic: str, servers: str) -> TopicMissingError:
    """Return the error about a topic that does not exist, with the ways to make it."""
    return TopicMissingError(
        _("topic {topic} does not exist on {servers}").format(
            topic=clean(topic, 80), servers=clean(servers, 120)
        ),
        hint=_(
            "set KAFKA_TOPIC_PARTITIONS and KAFKA_TOPIC_REPLICATION and run `dropship --run "
            "setup`, which creates it; or create it with the tools of the cluster; or name "
            "another one with KAFKA_TOPIC"
        ),
        transient=True,
    )


def kafka_error(error: KafkaError | KafkaException, doing: str) -> BrokerError:
    """Return a client error as ours. doing: what was attempted, with topic and address."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    known = cause if isinstance(cause, KafkaError) else None
    transient = (
        known is not None
        and not refuses(known)
        and (known.retriable() or known.code() in _RETRIABLE)
    )
    reason = cause.str() if isinstance(cause, KafkaError) else str(cause)
    return BrokerError(
        _("{doing}: {reason}").format(doing=doing, reason=clean(reason, 300)),
        hint=_hint(known),
        transient=transient,
    )


def _hint(error: KafkaError | None) -> str:
    code = None if error is None else error.code()
    if error is not None and refuses(error):
        return _("check KAFKA_CONF_SECURITY_PROTOCOL and the KAFKA_CONF_SASL_ and _SSL_ settings")
    if code in _RIGHTS:
        return _("give this user the rights that docs/kafka.md lists")
    if code == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return _("create the topic, or name another one with KAFKA_TOPIC")
    return _("check KAFKA_BOOTSTRAP_SERVERS and that the broker runs")
