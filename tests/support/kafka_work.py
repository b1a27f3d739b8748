"""A topic of its own on a real cluster, and consumers on it, for one test."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from core.broker.client_error_codes import ClientErrorCode
from core.broker.cluster import Cluster
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.errors import BrokerError
from core.warehouse.base import Warehouse
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.oracle import coordinates
from tests.support.waiting import wait_until

BRISK = {
    # New partitions and dead members are noticed within a test's patience.
    "topic.metadata.refresh.interval.ms": "1000",
}


@dataclass
class Work:
    """A topic and its group on a cluster; `close` ends every consumer and client."""

    servers: str
    topic: str
    settings: Mapping[str, str] = field(default_factory=lambda: BRISK)

    def __post_init__(self) -> None:
        self.group = f"{self.topic}-group"
        self.cluster = Cluster(self.servers, extra=self.settings)
        self.admin = AdminClient({"bootstrap.servers": self.servers, "log_level": 0})
        self.workers: list[ConsumerWorker] = []
        self._clusters = [self.cluster]

    @property
    def env(self) -> dict[str, str]:
        """The settings of a command that works on the same topic."""
        conf = {
            "KAFKA_CONF_" + name.upper().replace(".", "_"): value
            for name, value in self.settings.items()
        }
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.servers,
            "KAFKA_TOPIC": self.topic,
            "KAFKA_GROUP_ID": self.group,
            **conf,
        }

    def make_topic(self, partitions: int, copies: int = 1) -> None:
        """Create the topic and wait until it has leaders."""
        # The name may still be on its way out: ask until it is taken.
        asked = NewTopic(self.topic, partitions, copies)

        def made() -> bool:
            error = self.admin.create_topics([asked])[self.topic].exception(20)
            assert error is None or error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS, error
            return error is None

        wait_until(made)
        wait_until(lambda: self._led() == partitions)

    def delete_topic(self) -> None:
        self.admin.delete_topics([self.topic])[self.topic].result(20)

    def _led(self) -> int:
        parts = self.admin.list_topics(self.topic, timeout=10).topics[self.topic].partitions
        return sum(part.leader >= 0 for part in parts.values())

    def publish(self, values: Iterable[bytes | None], *, partition: int | None = None) -> None:
        """Publish values, spread over the partitions by key; all are acknowledged."""
        client = Producer(self.cluster.producer_config())
        where: dict[str, Any] = {} if partition is None else {"partition": partition}
        for number, value in enumerate(values):
            client.produce(self.topic, value, key=b"%d" % number, **where)
        assert client.flush(30) == 0
        client.close()

    def publish_orders(self, count: int, start: int = 0, *, partition: int | None = None) -> None:
        self.publish((event(start + number) for number in range(count)), partition=partition)

    def consume(
        self,
        warehouse: Warehouse,
        *,
        settings: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> ConsumerWorker:
        """Start a consumer with clients of its own. settings: of librdkafka, besides the work's."""
        options = ConsumeOptions(self.topic, self.group, give_up_after_s=30)
        cluster = Cluster(self.servers, extra={**self.settings, **(settings or {})})
        worker = ConsumerWorker(cluster, warehouse, replace(options, **changes), ORDERS)
        self._clusters.append(cluster)
        self.workers.append(worker)
        worker.start()
        return worker

    def consume_all(self, warehouse: Warehouse, **changes: Any) -> ConsumerWorker:
        """Consume until caught up; raise what went wrong."""
        worker = self.consume(warehouse, until_caught_up=True, **changes)
        assert worker.join(60), worker.snapshot()
        if worker.error is not None:
            raise worker.error
        return worker

    def ended(self, *workers: ConsumerWorker) -> None:
        """Stop consumers and fail unless they end in good order."""
        for worker in workers:
            worker.stop()
        for worker in workers:
            assert worker.join(20)
            assert worker.error is None, worker.error

    def committed(self) -> int:
        """Return how many offsets the group has committed to Kafka, all partitions together."""
        try:
            return sum(self.cluster.committed(self.topic, self.group).values())
        except BrokerError as error:
            if not error.transient:
                raise
            return 0  # the coordinator of the group is starting, or on its way to another broker

    def wait_committed(self, count: int, seconds: float = 40.0) -> None:
        """Wait until the group has committed `count` offsets to Kafka."""
        wait_until(lambda: self.committed() >= count, seconds=seconds)

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            worker.join(20)
        for cluster in self._clusters:
            cluster.close()


def records_of(servers: str, topic: str) -> list[tuple[int, int, bytes | None]]:
    """Return what a plain reader of committed records finds: partition, offset, value."""
    client = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "plain-reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    found: list[tuple[int, int, bytes | None]] = []
    parts = client.list_topics(topic, timeout=10).topics[topic].partitions
    client.assign([TopicPartition(topic, part, 0) for part in parts])
    open_parts, deadline = set(parts), time.monotonic() + 30
    try:
        while open_parts:
            assert time.monotonic() < deadline, "the topic did not give all it holds"
            got = client.consume(1000, 0.3)
            for entry in got:
                error = entry.error()
                if error is None:
                    found.append((entry.partition() or 0, entry.offset() or 0, entry.value()))
                else:
                    assert error.code() == ClientErrorCode.PARTITION_EOF, error
                    open_parts.discard(entry.partition())
    finally:
        client.close()
    return sorted(found, key=lambda record: record[:2])


def check_every_record_once(work: Work, warehouse: Warehouse) -> None:
    """Fail unless the warehouse holds what a plain reader finds, each once, up to the end."""
    identity = work.cluster.identity(work.topic)
    stored = [entry[1:] for entry in coordinates(warehouse) if entry[0] == identity.source_id]
    assert stored == [record[:2] for record in records_of(work.servers, work.topic)]
    ends = {part: mark.high for part, mark in work.cluster.watermarks(work.topic).items()}
    assert warehouse.stored_offsets(identity) == ends
