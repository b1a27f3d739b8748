"""Puts raw records on a topic and takes them off, with the plain client and nothing of ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from tests.support.waiting import wait_until

Record = tuple[int, int, bytes | None]
"""Partition, offset, value."""


def publish(
    servers: str,
    topic: str,
    values: Iterable[bytes | None],
    *,
    key: bytes | None = None,
    partition: int | None = None,
    settings: Mapping[str, Any] | None = None,
) -> list[Record]:
    """Publish values in order; return where each was put. All are acknowledged."""
    client = Producer(
        {
            "bootstrap.servers": servers,
            "message.max.bytes": 4_000_000,
            "compression.type": "lz4",
            **(settings or {}),
        }
    )
    placed: list[Record] = []
    refused: list[str] = []

    def delivered(error: object, message: Message) -> None:
        if error is not None:
            refused.append(str(error))
        else:
            placed.append((message.partition() or 0, message.offset() or 0, message.value()))

    where: dict[str, Any] = {} if partition is None else {"partition": partition}
    for value in values:
        client.produce(topic, value, key=key, on_delivery=delivered, **where)
        client.poll(0)
    left = client.flush(30)
    client.close()
    assert (left, refused) == (0, [])
    return placed


def read_all(servers: str, topic: str) -> list[Record]:
    """Return every record that a topic holds, by partition and offset."""
    return [
        (message.partition() or 0, message.offset() or 0, message.value())
        for message in read_messages(servers, topic)
    ]


def read_messages(
    servers: str, topic: str, settings: Mapping[str, Any] | None = None
) -> list[Message]:
    """Return every record that a topic holds with its key and headers, by partition and offset."""
    client = Consumer(
        {
            "bootstrap.servers": servers,
            **(settings or {}),
            "group.id": "reader",
            "enable.auto.commit": False,
        }
    )
    records: list[Message] = []
    try:
        parts = client.list_topics(topic, timeout=10).topics[topic].partitions
        wanted = {}
        for part in parts:
            low, high = client.get_watermark_offsets(TopicPartition(topic, part), timeout=10)
            if high > low:
                wanted[part] = (low, high)
        client.assign([TopicPartition(topic, part, low) for part, (low, _high) in wanted.items()])
        missing = sum(high - low for low, high in wanted.values())

        def complete() -> bool:
            for entry in client.consume(1000, 0.2):
                assert entry.error() is None
                records.append(entry)
            return len(records) >= missing

        wait_until(complete, what="the topic did not give all it holds")
    finally:
        client.close()
    return sorted(records, key=lambda entry: (entry.partition() or 0, entry.offset() or 0))
