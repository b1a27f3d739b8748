"""Publishes at full rate into an embedded broker, which keeps only so much that nobody has read."""

from collections.abc import Callable, Mapping
from threading import Event, Thread

from confluent_kafka import Producer

from tests.torture.events import value

PARTITIONS = 4
_AHEAD = 12_000
"""Records of a partition that wait at most: 3.6 MB of the 5 MiB that the broker keeps."""
_TURN = 500


class Flow:
    """A thread that publishes until `end`. stored: next offset of each partition, as stored."""

    def __init__(self, servers: str, topic: str, stored: Callable[[], Mapping[int, int]]) -> None:
        self.ends = dict.fromkeys(range(PARTITIONS), 0)
        self.refused: list[str] = []
        self._topic = topic
        self._stored = stored
        self._stop = Event()
        self._client = Producer(
            {
                "bootstrap.servers": servers,
                "enable.idempotence": True,
                "linger.ms": 20,
                "compression.type": "lz4",
            }
        )
        self._thread = Thread(target=self._run, name="torture-flow", daemon=True)
        self._thread.start()

    def end(self) -> dict[int, int]:
        """Stop; return how many records each partition got."""
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.ends

    def _run(self) -> None:
        while not self._stop.is_set():
            stored = self._stored()
            sent = 0
            for partition in range(PARTITIONS):
                start = self.ends[partition]
                room = stored.get(partition, 0) + _AHEAD - start
                for offset in range(start, start + max(min(room, _TURN), 0)):
                    self._client.produce(
                        self._topic,
                        value(partition, offset),
                        partition=partition,
                        on_delivery=self._delivered,
                    )
                    sent += 1
                self.ends[partition] = start + max(min(room, _TURN), 0)
            self._client.poll(0)
            if not sent:
                self._stop.wait(0.005)
        left = self._client.flush(30)
        if left:
            self.refused.append(f"{left} records are not acknowledged")
        self._client.close()

    def _delivered(self, error: object, _message: object) -> None:
        if error is not None:
            self.refused.append(str(error))
