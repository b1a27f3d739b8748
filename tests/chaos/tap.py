"""Reads the topic beside the pipeline, with the plain client, and remembers what was there.

The embedded broker forgets old records, so whoever wants to compare must read while they are there.
"""

from array import array
from collections import defaultdict
from hashlib import blake2b
from threading import Event, Thread
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from core.broker.client_error_codes import ClientErrorCode
from core.text import clean
from tests.support.waiting import wait_until

UNSEEN = 0
"""Stands for an offset that was gone, or never held a record, when it was to be read."""


def digest(value: bytes | None) -> int:
    """Return 63 bits of a value that are never UNSEEN; a tombstone has its own."""
    told = blake2b(b"\0" if value is None else b"\1" + value, digest_size=8).digest()
    return int.from_bytes(told, "big") >> 1 or 1


def digest_of_all(value: bytes | None, key: Any, headers: Any) -> int:
    """Return the digest of a whole record."""
    parts = (value, _bytes(key), [(clean(name, 200), _bytes(one)) for name, one in headers or ()])
    return digest(repr(parts).encode())


def _bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


class Tap:
    """Digests for each offset of each partition. One thread, ended by `close`.

    seen: of the value. whole: of value, key and headers, as a dead letter keeps them.
    """

    def __init__(self, servers: str, topic: str) -> None:
        self._topic = topic
        self._stop = Event()
        self._client = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": "chaos-tap",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 50,
                "log_level": 0,
            }
        )
        self.seen: dict[int, array[int]] = defaultdict(lambda: array("q"))
        self.whole: dict[int, array[int]] = defaultdict(lambda: array("q"))
        parts = self._client.list_topics(topic, timeout=20).topics[topic].partitions
        self._client.assign([TopicPartition(topic, part, 0) for part in parts])
        self._thread = Thread(target=self._read, name="tap", daemon=True)
        self._thread.start()

    @property
    def total(self) -> int:
        """Offsets passed so far."""
        return sum(map(len, list(self.seen.values())))

    def catch_up(self, ends: dict[int, int]) -> None:
        """Wait until everything before the ends was read."""
        wait_until(
            lambda: all(len(self.seen[part]) >= end for part, end in ends.items()),
            seconds=120,
            what=f"the reader beside has {self.total} of {ends}",
        )

    def close(self) -> None:
        """End the thread and its client."""
        self._stop.set()
        self._thread.join(20)
        self._client.close()

    def _read(self) -> None:
        while not self._stop.is_set():
            for record in self._client.consume(500, 0.2):
                error = record.error()
                if error is not None:
                    assert error.code() != ClientErrorCode.PARTITION_EOF
                    continue
                column = self.seen[record.partition() or 0]
                offset = record.offset() or 0
                both = self.whole[record.partition() or 0]
                both.extend([UNSEEN] * (offset - len(both)))
                column.extend([UNSEEN] * (offset - len(column)))
                if offset == len(column):
                    both.append(digest_of_all(record.value(), record.key(), record.headers()))
                    column.append(digest(record.value()))
