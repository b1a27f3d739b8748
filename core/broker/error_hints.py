"""What the codes of Kafka errors mean to a person: whether waiting helps, and how to fix each.

An answer of a broker that runs must not send anybody to look at the address, and an address that
does not answer must not end a run that would have waited. Both follow from these tables alone.
Meanings: the error codes of the Kafka protocol, and rdkafka.h for those of the client.
"""

from collections.abc import Iterable

from confluent_kafka import KafkaError

from core.broker.client_error_codes import ClientErrorCode
from core.text import N_, _, clean

_SHOWN = 5

LOGIN = frozenset(
    {
        ClientErrorCode.AUTHENTICATION,
        ClientErrorCode.SSL,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
        KafkaError.ILLEGAL_SASL_STATE,
    }
)
"""A broker would not let us in."""

RIGHTS = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    }
)
"""A broker let us in, and this user may not do that."""

UNANSWERED = frozenset(
    {
        ClientErrorCode.ALL_BROKERS_DOWN,
        ClientErrorCode.TRANSPORT,
        ClientErrorCode.TIMED_OUT,
        ClientErrorCode.TIMED_OUT_QUEUE,
        ClientErrorCode.MSG_TIMED_OUT,
        ClientErrorCode.RESOLVE,
        # A connection given up together with what waited on it: the address of a broker that
        # nobody listens at, or that the cluster does not name any more.
        ClientErrorCode.DESTROY,
        ClientErrorCode.DESTROY_BROKER,
        ClientErrorCode.NODE_UPDATE,
        ClientErrorCode.UNKNOWN_BROKER,
        ClientErrorCode.WAIT_COORD,
    }
)
"""No broker answered, or not the one that was asked."""

TRANSIENT = UNANSWERED | {
    ClientErrorCode.WAIT_CACHE,
    ClientErrorCode.INTR,
    ClientErrorCode.RETRY,
    ClientErrorCode.ISR_INSUFF,
    ClientErrorCode.ASSIGNMENT_LOST,
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
    KafkaError.LISTENER_NOT_FOUND,
    KafkaError.NOT_ENOUGH_REPLICAS,
    KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    KafkaError.PREFERRED_LEADER_NOT_AVAILABLE,
    KafkaError.ELIGIBLE_LEADERS_NOT_AVAILABLE,
    KafkaError.FETCH_SESSION_ID_NOT_FOUND,
    KafkaError.INVALID_FETCH_SESSION_EPOCH,
    # The controller changes.
    KafkaError.NOT_CONTROLLER,
    KafkaError.STALE_BROKER_EPOCH,
    KafkaError.REBOOTSTRAP_REQUIRED,
    # A member of the group is out of step, and joins again.
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.MEMBER_ID_REQUIRED,
    KafkaError.FENCED_MEMBER_EPOCH,
    KafkaError.STALE_MEMBER_EPOCH,
    KafkaError.UNSTABLE_OFFSET_COMMIT,
    # Its former holder may be gone without having said so; the group waits for it.
    KafkaError.UNRELEASED_INSTANCE_ID,
    # Others are served first.
    KafkaError.THROTTLING_QUOTA_EXCEEDED,
    # A topic was made again: the client learns the new id by itself.
    KafkaError.INCONSISTENT_TOPIC_ID,
    KafkaError.UNKNOWN_TOPIC_ID,
    # Somebody may create it: a consumer that starts before its producer meets this.
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    ClientErrorCode.UNKNOWN_TOPIC,
    ClientErrorCode.UNKNOWN_PARTITION,
}
"""The same may succeed later."""

_MEMBERS = N_(
    "give every member of the group the same KAFKA_CONF_GROUP_PROTOCOL and "
    "KAFKA_CONF_PARTITION_ASSIGNMENT_STRATEGY, or name a group of its own with KAFKA_GROUP_ID"
)
_INSTANCE = N_(
    "another consumer of the group runs with the same KAFKA_CONF_GROUP_INSTANCE_ID: give each one "
    "its own, or leave it out"
)

SETTINGS: dict[int, str] = {
    KafkaError.INCONSISTENT_GROUP_PROTOCOL: _MEMBERS,
    KafkaError.UNSUPPORTED_ASSIGNOR: N_(
        "set KAFKA_CONF_GROUP_REMOTE_ASSIGNOR to one of group.consumer.assignors of the cluster "
        "(uniform, range), or leave it out"
    ),
    KafkaError.GROUP_ID_NOT_FOUND: _MEMBERS,
    KafkaError.FENCED_INSTANCE_ID: _INSTANCE,
    KafkaError.INVALID_GROUP_ID: N_("name another group with KAFKA_GROUP_ID"),
    KafkaError.INVALID_SESSION_TIMEOUT: N_(
        "set KAFKA_CONF_SESSION_TIMEOUT_MS within group.min.session.timeout.ms and "
        "group.max.session.timeout.ms of the cluster"
    ),
    KafkaError.TOPIC_EXCEPTION: N_(
        "name another topic with KAFKA_TOPIC: letters, digits, dot, _ and -, at most 249"
    ),
    KafkaError.INVALID_PARTITIONS: N_("set KAFKA_TOPIC_PARTITIONS to what the cluster allows"),
    KafkaError.INVALID_REPLICATION_FACTOR: N_(
        "set KAFKA_TOPIC_REPLICATION to at most the number of brokers"
    ),
    KafkaError.UNSUPPORTED_VERSION: N_(
        "the cluster does not know this request: leave out KAFKA_CONF_GROUP_PROTOCOL=consumer on "
        "one before 4.0"
    ),
    ClientErrorCode.UNSUPPORTED_FEATURE: N_(
        "the cluster lacks this feature: take out the KAFKA_CONF_ setting that asks for it"
    ),
    KafkaError.UNSUPPORTED_COMPRESSION_TYPE: N_("set another KAFKA_CONF_COMPRESSION_TYPE"),
}
"""What a broker refuses because of a setting of ours, and which one."""

_TOO_LARGE = N_(
    "the record is larger than is allowed: raise max.message.bytes of the topic, and "
    "KAFKA_CONF_MESSAGE_MAX_BYTES here where it is over 1,000,000 bytes"
)
_AGAIN = N_("run it again: the client starts anew, and what was acknowledged stays")
_IN_SYNC = N_("start the missing brokers: fewer copies are in sync than the topic asks for")
_ANSWER = N_("nobody acknowledged it in time: see that the topic's brokers run, then send it again")
_MAKE_TOPIC = N_("create the topic, or name another one with KAFKA_TOPIC")

_OTHERS: dict[int, str] = {
    KafkaError.MSG_SIZE_TOO_LARGE: _TOO_LARGE,
    KafkaError.INVALID_MSG_SIZE: _TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE: _TOO_LARGE,
    KafkaError.INVALID_RECORD: N_(
        "the topic takes no such records: see its cleanup.policy and message.timestamp settings"
    ),
    KafkaError.INVALID_TIMESTAMP: N_(
        "set the clock of this machine right, or the message.timestamp settings of the topic"
    ),
    KafkaError.NOT_ENOUGH_REPLICAS: _IN_SYNC,
    KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND: _IN_SYNC,
    ClientErrorCode.ISR_INSUFF: _IN_SYNC,
    ClientErrorCode.MSG_TIMED_OUT: _ANSWER,
    ClientErrorCode.PURGE_QUEUE: _ANSWER,
    ClientErrorCode.PURGE_INFLIGHT: _ANSWER,
    KafkaError.POLICY_VIOLATION: N_("a rule of the cluster forbids it: ask who runs the cluster"),
    KafkaError.GROUP_MAX_SIZE_REACHED: N_(
        "end another member: the group has as many as group.max.size of the cluster allows"
    ),
    KafkaError.UNRELEASED_INSTANCE_ID: _INSTANCE,
    KafkaError.THROTTLING_QUOTA_EXCEEDED: N_("publish at a lower rate, or ask for a higher quota"),
    KafkaError.KAFKA_STORAGE_ERROR: N_("a disk of the broker failed: its log tells which"),
    KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER: _AGAIN,
    KafkaError.INVALID_PRODUCER_EPOCH: _AGAIN,
    KafkaError.INVALID_PRODUCER_ID_MAPPING: _AGAIN,
    KafkaError.UNKNOWN_PRODUCER_ID: _AGAIN,
    KafkaError.PRODUCER_FENCED: _AGAIN,
    KafkaError.UNKNOWN_TOPIC_OR_PART: _MAKE_TOPIC,
    ClientErrorCode.UNKNOWN_TOPIC: _MAKE_TOPIC,
    ClientErrorCode.UNKNOWN_PARTITION: _MAKE_TOPIC,
}


_TELLS = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        ClientErrorCode.UNKNOWN_TOPIC,
        ClientErrorCode.UNKNOWN_PARTITION,
        KafkaError.UNRELEASED_INSTANCE_ID,
    }
)
"""Transient, but somebody must do something: those who wait for it say so."""


def is_transient_code(error: KafkaError) -> bool:
    """Return whether a client that meets this gets over it by itself, without a word."""
    code = error.code()
    return not error.fatal() and code not in _TELLS and (error.retriable() or code in TRANSIENT)


def code_of(error: KafkaError) -> int:
    """Return the code of an error; of one that only says "fatal", the one that its text names."""
    code = error.code()
    if code == ClientErrorCode.FATAL:
        text = error.str()
        for known in (*RIGHTS, *SETTINGS, *_OTHERS):
            if KafkaError(known).str() in text:
                return known
    return code


def right(operation: str, *, topic: str = "", group: str = "") -> str:
    """Return the name of a right of Kafka on a topic or a group, as `need` of `hint`."""
    if topic:
        return _("{operation} on topic {name}").format(operation=operation, name=clean(topic, 80))
    return _("{operation} on group {name}").format(operation=operation, name=clean(group, 80))


def listed(brokers: Iterable[tuple[str, int]], servers: str = "") -> str:
    """Return hosts and ports as text; nothing where `servers` has the same ones."""
    names = [clean(f"{host}:{port}", 80) for host, port in brokers]
    known = {part.strip() for part in servers.split(",")}
    if all(name in known for name in names):
        return ""
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def hint(error: KafkaError | None, need: str = "", brokers: str = "") -> str:
    """Return how to fix an error, one line.

    need: the right that was needed, see `right`. brokers: where the cluster sends its clients,
    when it has answered before.
    """
    code = None if error is None else code_of(error)
    if code in LOGIN:
        return login_hint()
    if code in RIGHTS:
        return _right_hint(need)
    known = None if code is None else SETTINGS.get(code) or _OTHERS.get(code)
    if known is not None:
        return _(known)
    if code in UNANSWERED:
        return advertised_hint(brokers) if brokers else out_of_reach_hint()
    if code is not None and code >= 0:
        return _("a broker answered so: its log, or who runs the cluster, can tell more")
    return _("the client itself gave up: check the KAFKA_CONF_ settings, and see the log")


def login_hint() -> str:
    """Return what to do about a broker that would not let us in."""
    return _("check KAFKA_CONF_SECURITY_PROTOCOL and the KAFKA_CONF_SASL_ and _SSL_ settings")


def out_of_reach_hint() -> str:
    """Return what to do about a cluster none of whose brokers answers."""
    return _("check KAFKA_BOOTSTRAP_SERVERS and that the broker runs")


def advertised_hint(brokers: str) -> str:
    """Return what to do about brokers that are named by the cluster and do not answer."""
    return _(
        "check that {brokers} can be reached from here: the cluster sends its clients there "
        "(advertised.listeners of the brokers)"
    ).format(brokers=brokers)


def _right_hint(need: str) -> str:
    if not need:
        return _("give this user the rights that docs/kafka.md lists")
    return _("give this user the right {right}; docs/kafka.md lists all rights").format(right=need)
