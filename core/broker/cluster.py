"""A reachable cluster, embedded or not, through the ordinary clients of confluent-kafka."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from confluent_kafka import (
    Consumer,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from core.broker.base import Watermark
from core.broker.clients import DURABLE_PRODUCER, WAREHOUSE_CONSUMER, client_log, kafka_error
from core.broker.identity import TopicIdentity
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
        self._readers: dict[str, Consumer] = {}
        self._admin: AdminClient | None = None

    @property
    def label(self) -> str:
        """`embedded` or `kafka`."""
        return "kafka" if self._embedded_id is None else "embedded"

    def _base_config(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": "dropship",
            "logger": client_log,
            **self._extra,
        }

    def producer_config(self) -> dict[str, Any]:
        """Return the settings of a durable, idempotent, fast producer."""
        return {**DURABLE_PRODUCER, **self._base_config()}

    def consumer_config(self, group_id: str) -> dict[str, Any]:
        """Return the settings of a consumer whose offsets live in the warehouse.

        The embedded broker takes the newer group protocol, with which a member joins in 0.1 s
        instead of 3 s; elsewhere the classic one is the default until configured otherwise.
        """
        own = {"group.id": group_id, **WAREHOUSE_CONSUMER, **self._base_config()}
        if self._embedded_id is not None:
            own.setdefault("group.protocol", "consumer")
        return own

    def identity(self, topic: str) -> TopicIdentity:
        """Return the present incarnation of a topic.

        A real cluster names it by its topic id (KIP-516); one that does not tell gets generation
        "0", and a topic that was made again there is noticed by its offsets only.
        """
        if self._embedded_id is not None:
            return TopicIdentity(self._embedded_id, topic, "0")
        with self._lock:
            if self._admin is None:
                self._admin = AdminClient(self._base_config(), logger=client_log)
            admin = self._admin
        try:
            cluster_id = self._reader("").list_topics(topic, timeout=self._timeout).cluster_id
            future = admin.describe_topics(TopicCollection([topic]), request_timeout=self._timeout)[
                topic
            ]
            generation = str(future.result(timeout=self._timeout + 1).topic_id or "0")
        except KafkaException as error:
            raise kafka_error(
                error, self._doing(_("reading the identity of topic"), topic)
            ) from error
        return TopicIdentity(cluster_id or self.bootstrap_servers, topic, generation)

    def ping(self) -> None:
        """Return once a broker of the cluster has answered."""
        try:
            self._reader("").list_topics(timeout=self._timeout)
        except KafkaException as error:
            where = clean(self.bootstrap_servers, 120)
            raise kafka_error(
                error, _("no broker answers at {where}").format(where=where)
            ) from error

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic, in order. Errors: BrokerError for a missing one."""
        try:
            metadata = self._reader("").list_topics(topic, timeout=self._timeout).topics[topic]
        except KafkaException as error:
            raise kafka_error(error, self._doing(_("reading topic"), topic)) from error
        if metadata.error is not None or not metadata.partitions:
            raise BrokerError(
                _("topic {topic} does not exist on {servers}").format(
                    topic=clean(topic, 80), servers=clean(self.bootstrap_servers, 120)
                ),
                hint=_("create the topic, or name another one with KAFKA_TOPIC"),
            )
        return sorted(metadata.partitions)

    def watermarks(self, topic: str) -> Mapping[int, Watermark]:
        """Return the watermarks of every partition of a topic."""
        reader = self._reader("")
        marks: dict[int, Watermark] = {}
        for partition in self.partitions(topic):
            where = TopicPartition(topic, partition)
            try:
                low, high = reader.get_watermark_offsets(where, timeout=self._timeout)
            except KafkaException as error:
                raise kafka_error(
                    error, self._doing(_("reading the offsets of topic"), topic)
                ) from error
            marks[partition] = Watermark(low, high)
        return marks

    def committed(self, topic: str, group_id: str) -> Mapping[int, int]:
        """Return the offsets a group committed; partitions without one are left out."""
        wanted = [TopicPartition(topic, partition) for partition in self.partitions(topic)]
        try:
            found = self._reader(group_id).committed(wanted, timeout=self._timeout)
        except KafkaException as error:
            raise kafka_error(
                error, self._doing(_("reading the commits of topic"), topic)
            ) from error
        return {entry.partition: entry.offset for entry in found if entry.offset >= 0}

    def close(self) -> None:
        """Close clients, and what this process started with them; safe to repeat."""
        with self._lock:
            readers, self._readers, self._admin = list(self._readers.values()), {}, None
            on_close, self._on_close = self._on_close, None
        for reader in readers:
            reader.close()
        if on_close is not None:
            on_close()

    def _reader(self, group_id: str) -> Consumer:
        """Return a client that asks about a group without ever joining it."""
        with self._lock:
            reader = self._readers.get(group_id)
            if reader is None:
                config = {
                    "enable.auto.commit": False,
                    **self._base_config(),
                    "group.id": group_id or "dropship-metadata",
                }
                reader = self._readers[group_id] = Consumer(config)
            return reader

    def _doing(self, doing: str, topic: str) -> str:
        servers = clean(self.bootstrap_servers, 120)
        return f"{doing} {clean(topic, 80)} ({servers})"
