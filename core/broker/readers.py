"""Clients that ask about topics and groups without joining any; they may be closed while they ask.

A client is closed only once its question is answered, and one whose broker is gone or stopped waits
for that as long as the question may take. Nobody who leaves gains anything by it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import is_auth_failure
from core.threads import WatchedThread

READER_GROUP = "dropship-metadata"
"""The group of clients that ask about none; none of them ever joins it."""
_CLOSE_S = 5.0
"""As long as a consumer may take to leave its group; one that hangs ends by itself later."""


class Readers:
    """One client for each group that is asked about. config: of every client. Any thread.

    refusal: why a broker would not let us in, None when none refused.
    """

    def __init__(self, config: Callable[[], Mapping[str, Any]]) -> None:
        self._config = config
        self._lock = Lock()
        self._every: dict[str, Reader] = {}
        self._closed = False
        self.refusal: KafkaError | None = None

    def of(self, group_id: str = "") -> "Reader":
        """Return the client of a group. Errors: KafkaException once they are closed."""
        with self._lock:
            if self._closed:
                raise _destroyed()
            reader = self._every.get(group_id)
            if reader is None:
                config = {
                    "enable.auto.commit": False,
                    **self._config(),
                    "group.id": group_id or READER_GROUP,
                    "error_cb": self._note,
                }
                reader = self._every[group_id] = Reader(config)
            return reader

    def close(self, within_s: float = _CLOSE_S) -> None:
        """Close all of them; blocks for so many seconds at most. Safe to repeat."""
        with self._lock:
            self._closed = True
            readers, self._every = list(self._every.values()), {}
        closing = [WatchedThread("broker-reader-end", reader.close) for reader in readers]
        for one in closing:
            one.start()
        for one in closing:
            one.join(within_s)

    def _note(self, error: KafkaError) -> None:
        """Keep the reason why a broker would not let us in."""
        if is_auth_failure(error):
            self.refusal = error


class Reader(Consumer):
    """A client whose questions fail like those to a lost broker once it is closed."""

    def list_topics(self, *args: Any, **options: Any) -> Any:
        """Ask for the topics of the cluster. Errors: KafkaException."""
        with _failing_once_closed():
            return super().list_topics(*args, **options)

    def get_watermark_offsets(self, *args: Any, **options: Any) -> Any:
        """Ask for the first and the next offset of a partition. Errors: KafkaException."""
        with _failing_once_closed():
            return super().get_watermark_offsets(*args, **options)

    def committed(self, *args: Any, **options: Any) -> list[TopicPartition]:
        """Ask what the group committed. Errors: KafkaException."""
        with _failing_once_closed():
            return super().committed(*args, **options)

    def poll(self, timeout: float = -1) -> Message | None:
        """Serve callbacks; what a broker refused is told so."""
        try:
            return super().poll(timeout)
        except RuntimeError:  # it is closed
            return None


@contextmanager
def _failing_once_closed() -> Iterator[None]:
    """Make the RuntimeError of a closed client, which would pass for a defect, one of Kafka."""
    try:
        yield
    except RuntimeError as error:
        raise _destroyed() from error


def _destroyed() -> KafkaException:
    return KafkaException(KafkaError(ClientErrorCode.DESTROY))
