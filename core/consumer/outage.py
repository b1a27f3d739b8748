"""What a consumer does while no broker answers: it asks again, and gives up when that lasts."""

import logging
from collections.abc import Callable
from threading import Event

from confluent_kafka import Consumer, KafkaError, KafkaException

from core.broker.base import Broker
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import kafka_error
from core.clock import Clock
from core.consumer.assignment import Asked, Assignment, TopicRecreatedError
from core.consumer.options import ConsumeOptions
from core.errors import BrokerError
from core.text import N_, _, clean
from core.workers import Lifecycle

PROBE_S = 0.5
"""So often, and so long, is asked."""

log = logging.getLogger(__name__)


class Outage:
    """Waits for the broker. One thread, but for `on_error`.

    waiting: told why; None when the wait is over.
    """

    def __init__(
        self,
        broker: Broker,
        options: ConsumeOptions,
        *,
        clock: Clock,
        life: Lifecycle,
        waiting: Callable[[str | None], None],
    ) -> None:
        self._broker = broker
        self._topic = options.topic
        self._give_up_after_s = options.give_up_after_s
        self._clock = clock
        self._life = life
        self._waiting = waiting
        self._down = Event()

    def on_error(self, error: KafkaError) -> None:
        """Note what the client tells about its connections; most of it passes by itself."""
        if error.code() == ClientErrorCode.ALL_BROKERS_DOWN:
            self._down.set()

    def confirm(self, assignment: Assignment, consumer: Consumer, asked: Asked) -> bool:
        """Check that the topic is still the one read from; False when a stop makes it moot.

        asked: of the assignment, after the reading; where no broker told, it is asked again.

        While no broker tells, the records wait here: a client that leaves during an outage stays
        a member for the group, which would give its partitions to nobody until it times out.
        Errors, transient: TopicRecreatedError; BrokerError when no broker told for too long.
        """
        began = self._clock.monotonic()
        while True:
            try:
                assignment.verify_topic(asked)
            except TopicRecreatedError:
                raise
            except BrokerError as error:
                if self._life.stopping:
                    return False  # nothing was stored: it is read again by the next run
                if self._lasts(began):
                    error.transient = False
                if not error.transient:
                    raise
                asked = None
                log.warning(N_("waiting for the broker"), extra={"reason": error.message})
                self._down.set()
                self.wait_out(consumer)
            else:
                return True

    def wait_out(self, consumer: Consumer) -> None:
        """While no broker answers, probe it. Errors: BrokerError when it stays away too long."""
        if not self._down.is_set():
            return
        began = self._clock.monotonic()
        while not self._life.stopping:
            try:
                consumer.list_topics(self._topic, timeout=PROBE_S)
                break
            except KafkaException as error:
                where = clean(self._broker.bootstrap_servers, 120)
                lost = kafka_error(error, _("no broker answers at {where}").format(where=where))
                self._waiting(lost.message)
                if self._lasts(began):
                    lost.transient = False
                    raise lost from error
            self._clock.wait(self._life.stop_event, PROBE_S)
        self._down.clear()
        self._waiting(None)

    def _lasts(self, began: float) -> bool:
        """Return whether it has lasted for too long since a moment."""
        limit = self._give_up_after_s
        return limit is not None and self._clock.monotonic() - began >= limit
