"""A reachable cluster, embedded or not, through the ordinary clients of confluent-kafka."""

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from core.broker import topic_queries
from core.broker.acls import missing_rights
from core.broker.base import Member, TopicPlan, Watermark
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import (
    CLASSIC_MEMBER,
    DURABLE_PRODUCER,
    EMBEDDED_CONSUMER,
    PACED_PRODUCER,
    REAL_CLUSTER,
    WAREHOUSE_CONSUMER,
    client_log,
    kafka_error,
    missing_topic,
)
from core.broker.error_hints import listed, right
from core.broker.identity import TopicIdentity
from core.broker.reach import advertised_brokers
from core.broker.readers import READER_GROUP, Readers
from core.broker.topics import create_topic, make_by_asking
from core.config.client_values import choice
from core.errors import BrokerError
from core.text import _, clean


class Cluster:
    """A Kafka cluster at an address. Errors of every call: BrokerError.

    extra: librdkafka settings from configuration. embedded_id: the identity of an embedded broker,
    None for a real cluster, which knows its own. on_close: ends what this process started.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        extra: Mapping[str, str] | None = None,
        embedded_id: str | None = None,
        backlog_limit_bytes: int | None = None,
        request_timeout_s: float = 10.0,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.backlog_limit_bytes = backlog_limit_bytes
        self._extra = dict(extra or {})
        self._embedded_id = embedded_id
        self._timeout = request_timeout_s
        self._on_close = on_close
        self._lock = Lock()
        self._readers = Readers(self._base_config)
        self._admin: AdminClient | None = None
        self._cluster_id: str | None = None
        self.advertised: tuple[tuple[str, int], ...] = ()
        """Hosts and ports that the cluster sends its clients to, once `ping` has asked."""

    @property
    def label(self) -> str:
        """`embedded` or `kafka`."""
        return "kafka" if self._embedded_id is None else "embedded"

    @property
    def owned(self) -> bool:
        """Whether the broker ends, and its records with it, when this object is closed."""
        return self._on_close is not None

    def _base_config(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": "dropship",
            "logger": client_log,
            **(REAL_CLUSTER if self._embedded_id is None else {}),
            **self._extra,
        }

    def producer_config(self, *, paced: bool = False) -> dict[str, Any]:
        """Return the settings of a durable, idempotent, fast producer.

        On a real cluster it makes no topic: a misspelt name would bring one with unfit partitions.
        paced: it has a rate to keep, so what it sends there need not wait for more.
        """
        own = dict(DURABLE_PRODUCER)
        if self._embedded_id is None:
            own |= {"allow.auto.create.topics": False, **(PACED_PRODUCER if paced else {})}
        return own | self._base_config()

    def consumer_config(self, group_id: str) -> dict[str, Any]:
        """Return the settings of a consumer whose offsets live in the warehouse.

        Groups follow the classic protocol until configured otherwise (`group.protocol`).
        """
        classic = choice(self._extra, "group.protocol", "classic") == "classic"
        return {
            "group.id": group_id,
            **WAREHOUSE_CONSUMER,
            **(CLASSIC_MEMBER if classic else {}),
            **(EMBEDDED_CONSUMER if self._embedded_id is not None else {}),
            **self._base_config(),
        }

    def identity(self, topic: str) -> TopicIdentity:
        """Return the present incarnation of a topic.

        A real cluster names it by its topic id (KIP-516); one that does not tell gets the id
        "0", and a topic that was made again there is noticed by its offsets only.
        """
        return self.ask_identity(topic)()

    def ask_identity(self, topic: str) -> Callable[[], TopicIdentity]:
        """Ask for the present incarnation of a topic; what is returned waits for the answer."""
        if self._embedded_id is not None:
            return partial(TopicIdentity, self._embedded_id, topic, "0")
        asked = topic_queries.ask_topic_id(self.admin, topic, timeout_s=self._timeout)
        return partial(self._identity, topic, asked)

    def _identity(self, topic: str, asked: Callable[[], str]) -> TopicIdentity:
        try:
            topic_id = asked()
            if self._cluster_id is None or topic_id == topic_queries.ABSENT_ID:
                metadata = self._readers.of().list_topics(topic, timeout=self._timeout)
                self._cluster_id = metadata.cluster_id or self.bootstrap_servers
        except KafkaException as error:
            raise self._failed(error, _("reading the identity of topic"), topic) from error
        return TopicIdentity(self._cluster_id, topic, topic_id)

    def ping(self) -> None:
        """Return once a broker of the cluster has answered.

        Errors: BrokerError; one that no waiting fixes when the broker refused our login.
        """
        self.advertised = advertised_brokers(
            self._base_config(),
            self._readers.of(),
            refusal=lambda: self._readers.refusal,
            timeout_s=self._timeout,
        )

    def create_topic(self, plan: TopicPlan) -> bool:
        """Create a topic; return False when it was there already. See `core.broker.topics`."""
        if self._embedded_id is not None:
            return make_by_asking(self._base_config(), plan.name, timeout_s=self._timeout)
        return create_topic(self._base_config(), plan)

    def missing_rights(self, topic: str, group_id: str) -> tuple[str, ...]:
        """Return rights that this user lacks there, by name. See `core.broker.acls`."""
        if self._embedded_id is not None:
            return ()
        return missing_rights(self._base_config(), topic, group_id, self._timeout)

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic, in order. Errors: BrokerError for a missing one."""
        try:
            # The client that is asked for offsets too: one that is asked for nothing but metadata
            # may lose its only connection, and waits for another one in vain.
            client = self._readers.of() if self._embedded_id is not None else self.admin()
            metadata = client.list_topics(topic, timeout=self._timeout).topics[topic]
        except KafkaException as error:
            raise self._failed(error, _("reading topic"), topic) from error
        if metadata.error is not None:
            raise self._failed(metadata.error, _("reading topic"), topic)
        if not metadata.partitions:
            raise self._missing(topic)
        return sorted(metadata.partitions)

    def watermarks(self, topic: str) -> Mapping[int, Watermark]:
        """Return the watermarks of every partition of a topic."""
        partitions = self.partitions(topic)
        try:
            if self._embedded_id is not None:
                # In this process or beside it: a question a partition costs nothing.
                return topic_queries.cheap_watermarks(
                    self._readers.of(), topic, partitions, timeout_s=self._timeout
                )
            return topic_queries.watermarks(
                self.admin(), topic, partitions, timeout_s=self._timeout
            )
        except KafkaException as error:
            raise self._failed(error, _("reading the offsets of topic"), topic) from error
        except FutureTimeoutError as error:
            late = KafkaError(ClientErrorCode.TIMED_OUT)
            raise self._failed(late, _("reading the offsets of topic"), topic) from error

    def committed(self, topic: str, group_id: str, *, mark: str | None = None) -> Mapping[int, int]:
        """Return the offsets a group committed; partitions without one are left out."""
        wanted = [TopicPartition(topic, partition) for partition in self.partitions(topic)]
        doing = _("reading the commits of topic")
        try:
            found = topic_queries.commits(
                self._readers.of(group_id), wanted, timeout_s=self._timeout
            )
        except KafkaException as error:
            raise self._failed(error, doing, topic, group_id) from error
        for entry in found:
            if entry.error is not None:
                raise self._failed(entry.error, doing, topic, group_id)
        return {
            entry.partition: entry.offset
            for entry in found
            if entry.offset >= 0 and mark in {None, entry.metadata or ""}
        }

    def members(self, topic: str, group_id: str) -> list[Member]:
        """Return the members of a group with what they hold of a topic."""
        try:
            return topic_queries.members(self.admin(), topic, group_id, timeout_s=self._timeout)
        except (KafkaException, FutureTimeoutError) as error:
            late = KafkaError(ClientErrorCode.TIMED_OUT)
            cause = error if isinstance(error, KafkaException) else late
            doing = _("asking for the members of group {group}").format(group=clean(group_id, 80))
            raise kafka_error(cause, doing, need=right("Describe", group=group_id)) from error

    def since(self, topic: str, partition: int, offset: int) -> datetime | None:
        """Return when the record at an offset was written, committed or not; None: not known."""
        config = {**self._base_config(), "group.id": READER_GROUP, "enable.auto.commit": False}
        return topic_queries.written_at(config, topic, partition, offset)

    def metadata(self) -> Any:
        """Return topics, partitions and brokers as `confluent_kafka.admin.ClusterMetadata`."""
        try:
            client = self._readers.of() if self._embedded_id is not None else self.admin()
            return client.list_topics(timeout=self._timeout)
        except KafkaException as error:
            doing = _("asking the cluster at {servers}").format(
                servers=clean(self.bootstrap_servers, 120)
            )
            found = listed(self.advertised, self.bootstrap_servers)
            raise kafka_error(error, doing, brokers=found) from error

    def close(self) -> None:
        """Close clients, and what this process started with them; safe to repeat."""
        with self._lock:
            self._admin = None
            on_close, self._on_close = self._on_close, None
        self._readers.close()
        if on_close is not None:
            on_close()

    def admin(self) -> AdminClient:
        """Return the client that asks for more than topics: groups, settings, offsets."""
        with self._lock:
            if self._admin is None:
                # It is a producer at heart, whose questions would make a topic that is missing.
                config = {"allow.auto.create.topics": False, **self._base_config()}
                self._admin = AdminClient(config, logger=client_log)
            return self._admin

    def _missing(self, topic: str) -> BrokerError:
        embedded = self._embedded_id is not None
        return missing_topic(topic, self.bootstrap_servers, embedded=embedded)

    def _failed(
        self, error: KafkaError | KafkaException, doing: str, topic: str, group_id: str = ""
    ) -> BrokerError:
        """Return why a question about a topic, or a group's commits to it, was not answered."""
        cause = error.args[0] if isinstance(error, KafkaException) else error
        if cause.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return self._missing(topic)
        of_group = cause.code() == KafkaError.GROUP_AUTHORIZATION_FAILED
        doing = f"{doing} {clean(topic, 80)} ({clean(self.bootstrap_servers, 120)})"
        return kafka_error(
            error,
            doing,
            need=right("Describe", group=group_id) if of_group else right("Describe", topic=topic),
            brokers=listed(self.advertised, self.bootstrap_servers),
        )
