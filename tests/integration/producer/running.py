"""What the integration tests of the producer share: workers, orders files, and a plain reader."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition

from core.broker.cluster import Cluster
from core.config import Settings
from core.producer.options import ProduceOptions
from core.producer.snapshot import ProducerSnapshot
from core.producer.worker import ProducerWorker
from tests.support.waiting import wait_until
from tests.unit.producer.rows import HEADER, line


def orders_file(settings: Settings, count: int) -> Path:
    """Write an orders file and return its folder."""
    folder = settings.paths.seed
    folder.mkdir(parents=True, exist_ok=True)
    lines = [line(number) for number in range(1, count + 1)]
    (folder / "orders.csv").write_bytes(b"\n".join((HEADER, *lines)) + b"\n")
    return folder


def worker(broker: Cluster, settings: Settings, **options: Any) -> ProducerWorker:
    """Return a producer for the settings' topic, not started."""
    return ProducerWorker(
        broker,
        settings.kafka.topic,
        ProduceOptions(input=settings.paths.seed, **options),
        group_id=settings.kafka.group_id,
        injected_folder=settings.paths.injected,
        lock_file=settings.paths.producer_lock,
    )


@contextmanager
def running(producer: ProducerWorker) -> Iterator[ProducerWorker]:
    """Start a producer, and stop it in any case."""
    producer.start()
    try:
        yield producer
    finally:
        producer.stop()
        assert producer.join(20)


def finished(producer: ProducerWorker) -> ProducerSnapshot:
    """Run a producer to its end; raise what ended it, return its last snapshot."""
    producer.start()
    assert producer.join(30)
    if producer.error is not None:
        raise producer.error
    return producer.snapshot()


class Reader:
    """Reads the topic from the start of each partition, and commits when told."""

    def __init__(self, broker: Cluster, settings: Settings) -> None:
        self._topic = settings.kafka.topic
        self._client = Consumer(broker.consumer_config(settings.kafka.group_id))
        self._client.assign(
            [
                TopicPartition(self._topic, partition, mark.low)
                for partition, mark in broker.watermarks(self._topic).items()
            ]
        )
        self.messages: list[Message] = []
        self._next: dict[int, int] = {}

    def read(self, seconds: float = 0.1) -> None:
        """Read what is there."""
        for message in self._client.consume(5_000, seconds):
            assert message.error() is None, message.error()
            self.messages.append(message)
            self._next[message.partition() or 0] = (message.offset() or 0) + 1

    def commit(self) -> None:
        """Commit everything read so far."""
        if self._next:
            places = [TopicPartition(self._topic, *place) for place in self._next.items()]
            self._client.commit(offsets=places, asynchronous=False)

    def read_until(self, done: Callable[[], object], *, commit: bool = False) -> None:
        """Read on, and commit on the way, until the condition holds."""

        def step() -> object:
            self.read(0.05)
            if commit:
                self.commit()
            return done()

        wait_until(step, seconds=40)

    @property
    def offsets(self) -> dict[int, list[int]]:
        """Offsets read by partition, in the order of reading."""
        found: dict[int, list[int]] = {}
        for message in self.messages:
            found.setdefault(message.partition() or 0, []).append(message.offset() or 0)
        return found

    @property
    def order_ids(self) -> list[str]:
        """Ids in the good events read."""
        return [json.loads(message.value() or b"")["order"]["id"] for message in self.messages]

    def close(self) -> None:
        """Leave."""
        self._client.close()


@contextmanager
def reading(broker: Cluster, settings: Settings) -> Iterator[Reader]:
    """Yield a reader, closed at the end."""
    reader = Reader(broker, settings)
    try:
        yield reader
    finally:
        reader.close()


HOLDING = (
    "import sys; from pathlib import Path; from core.process_lock import ProcessLock;"
    "lock = ProcessLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


@contextmanager
def held_elsewhere(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process hold the producer's lock until it is told to end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(settings.paths.producer_lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield other
        finally:
            other.communicate()
