"""Settings of the Kafka clients, and the one place where their errors become ours.

Measured on loopback: batches of up to 1 MB give the best rate, and at full speed they fill whether
they linger for 5 or 20 ms; a fetch that waits at most 50 ms gives low latency without idle load, as
a broker answers when records come. librdkafka must never write to the terminal, so
every client gets a logger.
"""

import logging
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from core.broker.client_error_codes import ClientErrorCode
from core.broker.error_hints import (
    LOGIN,
    SETTINGS,
    TRANSIENT,
    code_of,
    hint,
    is_transient_code,
    login_hint,
)
from core.errors import BrokerError, ExitCode
from core.text import _, clean

client_log = logging.getLogger("dropship.kafka")

DURABLE_PRODUCER: dict[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 5,
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
    # A client whose queue is full looks again this soon; by default after a second, in which a fast
    # consumer has emptied it and waits.
    "fetch.queue.backoff.ms": 20,
    "queued.min.messages": 100_000,
    "queued.max.messages.kbytes": 65_536,
}

EMBEDDED_CONSUMER: dict[str, Any] = {
    # The embedded broker answers a fetch at once or after the whole wait, whatever comes meanwhile.
    "fetch.wait.max.ms": 10,
}

CLASSIC_MEMBER: dict[str, Any] = {
    # How long the partitions of a killed consumer lie idle. The library's default is 45 s; with the
    # newer group protocol the broker decides.
    "session.timeout.ms": 15_000,
}

PACED_PRODUCER: dict[str, Any] = {
    # It hands over every 5 ms what is due, which goes out together all the same. One at full speed
    # would fill its batches less: it took 4 % more of the processor and lost 8 % of its rate.
    "linger.ms": 1,
}

REAL_CLUSTER: dict[str, Any] = {
    # New partitions and moved leaders are seen this soon; the library's default is five minutes.
    "topic.metadata.refresh.interval.ms": 10_000,
}

_TLS_ALERT = "tls alert"


def is_transient(error: KafkaError) -> bool:
    """Return whether the client gets over an error by itself while it goes on."""
    # A member that was away for too long (suspended, or busy with a batch) joins again.
    return error.code() == ClientErrorCode.MAX_POLL_EXCEEDED or is_transient_code(error)


def is_auth_failure(error: KafkaError) -> bool:
    """Return whether a broker answered and would not let us in: waiting does not help."""
    # TLS 1.3 tells a client without a certificate only after the handshake, by an alert.
    return error.code() in LOGIN or _TLS_ALERT in error.str()


class TopicMissingError(BrokerError):
    """The topic does not exist. Transient: somebody may make it."""


def missing_topic(topic: str, servers: str, *, embedded: bool = False) -> TopicMissingError:
    """Return the error about a topic that does not exist, with the ways to make it.

    embedded: on the embedded broker, which makes topics by itself.
    """
    if embedded:
        hint = _("the first event makes it: `dropship --run produce`; or KAFKA_TOPIC names another")
    else:
        hint = _(
            "set KAFKA_TOPIC_PARTITIONS and KAFKA_TOPIC_REPLICATION and run `dropship --run "
            "setup`, which creates it; or create it with the tools of the cluster; or name "
            "another one with KAFKA_TOPIC"
        )
    return TopicMissingError(
        _("topic {topic} does not exist on {servers}").format(
            topic=clean(topic, 80), servers=clean(servers, 120)
        ),
        hint=hint,
        transient=True,
    )


class BrokerSettingError(BrokerError):
    """A broker that runs refuses what a setting of ours asks for; the hint names the setting."""

    kind = "config"
    exit_code = ExitCode.USAGE


def kafka_error(
    error: KafkaError | KafkaException, doing: str, *, need: str = "", brokers: str = ""
) -> BrokerError:
    """Return a client error as ours. doing: what was attempted, with topic and address.

    need, brokers: see `core.broker.error_hints.hint`.
    """
    cause = error.args[0] if isinstance(error, KafkaException) else error
    known = cause if isinstance(cause, KafkaError) else None
    transient = (
        known is not None
        and not known.fatal()
        and not is_auth_failure(known)
        and (known.retriable() or known.code() in TRANSIENT)
    )
    reason = known.str() if known is not None else str(cause)
    of_setting = known is not None and code_of(known) in SETTINGS
    kind = BrokerSettingError if of_setting else BrokerError
    told = (
        login_hint() if known is not None and is_auth_failure(known) else hint(known, need, brokers)
    )
    return kind(
        _("{doing}: {reason}").format(doing=doing, reason=clean(reason, 300)),
        hint=told,
        transient=transient,
    )
