"""The client that delivers records, and the count of what became of each.

librdkafka reports only failures: a callback for each success would halve the rate. So what was
handed over and neither failed nor still waits in the client is acknowledged, by all replicas.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import kafka_error
from core.broker.error_hints import UNANSWERED
from core.config.client_values import number
from core.errors import BrokerError
from core.producer.failure_counts import GIVEN_UP, FailureCounts, write_right
from core.producer.failures import DeliveryFailure
from core.text import _, clean

_log = logging.getLogger(__name__)

Record = tuple[bytes, bytes | None, int]
"""Key, value and partition of a record; ANY_PARTITION leaves the choice to the client."""

ANY_PARTITION = -1

_DEFAULT_CAPACITY = 100_000
_DEFAULT_TIMEOUT_MS = 300_000
_ALL_DOWN = ClientErrorCode.ALL_BROKERS_DOWN


class Delivery:
    """One producing client. All but `waiting` and `len` belong to one thread.

    config: of `Broker.producer_config`. Errors: BrokerError when the client cannot be made.
    """

    def __init__(self, config: Mapping[str, Any], topic: str) -> None:
        self._topic = topic
        self.enqueued = 0
        self._tally = FailureCounts(topic)
        self._acked = 0
        self._down = ""
        self._acked_when_down = 0
        self._closed = False
        self._fatal: KafkaError | None = None
        self._rest: list[Record] = []
        self._capacity = number(config, "queue.buffering.max.messages", _DEFAULT_CAPACITY) or 2**31
        named = "message.timeout.ms" if "message.timeout.ms" in config else "delivery.timeout.ms"
        # No limit, which 0 stands for, would let a drain wait for ever.
        self.timeout_s = (number(config, named, 0) or _DEFAULT_TIMEOUT_MS) / 1000
        own = {
            "delivery.report.only.error": True,
            "on_delivery": self._report,
            "error_cb": self._client_error,
        }
        try:
            self._client = Producer({**config, **own})
        except (KafkaException, ValueError, TypeError) as error:
            if isinstance(error, KafkaException):
                raise kafka_error(error, _("starting the producer")) from error
            raise BrokerError(
                _("starting the producer: {reason}").format(reason=clean(error, 300)),
                hint=_("check the KAFKA_CONF_ settings"),
            ) from error

    def __len__(self) -> int:
        """Return how many records wait in the client or are on their way."""
        return (0 if self._closed else len(self._client)) + len(self._rest)

    @property
    def failed(self) -> int:
        """How many records were not delivered."""
        return self._tally.total

    @property
    def failures(self) -> tuple[DeliveryFailure, ...]:
        """Why records were not delivered, the most frequent reason first."""
        return self._tally.failures

    @property
    def forbidden(self) -> bool:
        """Whether a record was refused because this user may not write."""
        return self._tally.forbidden

    @property
    def room(self) -> int:
        """How many records the client takes now without refusing any."""
        return max(self._capacity - len(self), 0)

    @property
    def acked(self) -> int:
        """Records acknowledged so far; exact once nothing waits."""
        self._acked = max(self._acked, self.enqueued - self.failed - len(self))
        return self._acked

    @property
    def down(self) -> str:
        """Why no broker can be reached; empty while one can, or while nothing is to be sent."""
        return self._down if len(self) else ""

    @property
    def broken(self) -> BrokerError | None:
        """The error after which the client can deliver nothing any more."""
        return None if self._fatal is None else self._error(self._fatal)

    def connect(self, timeout_s: float) -> bool:
        """Wait until the client knows where the topic's records go; return whether it does."""
        try:
            found = self._client.list_topics(self._topic, timeout=timeout_s).topics
        except KafkaException:
            return False
        return all(topic.error is None for topic in found.values())

    def enqueue(self, records: list[Record]) -> None:
        """Give records to the client; what it refuses for lack of memory is offered again.

        Offer no more than `room`. Errors: BrokerError after a fatal client error.
        """
        self.enqueued += len(records)
        self._rest += records
        self._offer()

    def poll(self, timeout_s: float) -> None:
        """Serve reports, waiting at most `timeout_s` for the first. Errors as `enqueue`."""
        was_down = self._down
        try:
            self._client.poll(timeout_s)
        except KafkaException as error:
            raise self._broken_by(error) from error
        self._look(was_down)
        if self._rest:
            self._offer()
        broken = self.broken
        if broken is not None:
            raise broken

    def flush(self, timeout_s: float) -> int:
        """Send without lingering, at most `timeout_s`; return what still waits.

        Errors: BrokerError; the client raises what is fatal to it from here too.
        """
        was_down = self._down
        if self._rest:
            self._offer()
        try:
            self._client.flush(timeout_s)
        except KafkaException as error:
            raise self._broken_by(error) from error
        self._look(was_down)
        return len(self)

    def purge(self) -> None:
        """Count what was not delivered as failed. A record on its way may still arrive."""
        given_up = KafkaError(ClientErrorCode.PURGE_QUEUE) if self._fatal is None else self._fatal
        if self._rest:
            self._tally.add(given_up, len(self._rest))
            self._rest = []
        self._client.purge()
        with suppress(KafkaException):  # told already: it is what the records are given up for
            self._client.flush(1.0)

    def close(self) -> None:
        """End the client; flush or give up first."""
        self._closed = True
        with suppress(KafkaException):  # a broken client says so once more
            self._client.close()

    def _look(self, was_down: str) -> None:
        """Notice that brokers went away, or that one has acknowledged something since."""
        acked = self.acked
        if self._down and not was_down:
            self._acked_when_down = acked
        elif self._down and acked > self._acked_when_down:
            self._down = ""

    def _offer(self) -> None:
        """Hand over what waits on our side of the client."""
        offered, self._rest = self._rest, []
        produce, topic = self._client.produce, self._topic
        for place, (key, value, partition) in enumerate(offered):
            # A call for each costs less than a list of dictionaries for all of them.
            try:
                produce(topic, value, key, partition)
            except BufferError:
                self._rest = offered[place:]
                return
            except KafkaException as error:
                cause = error.args[0]
                if not isinstance(cause, KafkaError) or cause.fatal() or self._fatal is not None:
                    self._rest = offered[place:]
                    raise self._broken_by(error) from error
                self._tally.add(cause)

    def _report(self, error: KafkaError | None, _message: Message) -> None:
        """Take a delivery report; only failures are reported. Never raises."""
        if error is not None:
            self._tally.add(self._fatal if self._fatal and error.code() in GIVEN_UP else error)

    def _client_error(self, error: KafkaError) -> None:
        """Take an error of the client as a whole; most are news only. Never raises."""
        if error.fatal() and self._fatal is None:
            self._fatal = error
        if error.code() in UNANSWERED and not (self._down and error.code() == _ALL_DOWN):
            # Until the next acknowledgement. Of a single connection the text names the address,
            # of all brokers only their number.
            self._down = clean(error.str(), 300)
        _log.info("producer: %s", clean(error.str(), 300))

    def _broken_by(self, error: KafkaException) -> BrokerError:
        """Return an error that the client raised; after a fatal one it delivers nothing more."""
        cause = error.args[0]
        if isinstance(cause, KafkaError) and cause.fatal() and self._fatal is None:
            self._fatal = cause
        return self._error(cause) if isinstance(cause, KafkaError) else kafka_error(error, "")

    def _error(self, error: KafkaError) -> BrokerError:
        doing = _("publishing to {topic}").format(topic=clean(self._topic, 80))
        return kafka_error(error, doing, need=write_right(error, self._topic))
