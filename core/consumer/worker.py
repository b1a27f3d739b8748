"""The consumer: one thread from topic to raw table, exactly once.

This is what others hold: start, pause, resume, stop, finish, snapshot. A `Session` does the work
for as long as one membership of the group lasts; after a failure that can pass, the next session
goes on at the stored offsets.
"""

import logging

from core.broker.base import Broker
from core.clock import Clock, SystemClock
from core.consumer.counters import Counters
from core.consumer.ending import Ending
from core.consumer.options import ConsumeOptions
from core.consumer.session import Session
from core.consumer.snapshot import ConsumerSnapshot
from core.errors import DropshipError
from core.lifecycle import PausableWorker, RunState
from core.text import N_, clean
from core.warehouse.base import Warehouse

_AGAIN_S = 1.0

log = logging.getLogger(__name__)


class ConsumerWorker(PausableWorker):
    """A consumer that others start, pause, resume, stop and look at.

    It reads from the stored offsets, keeps its partitions while it is paused, and stores what it
    has read before it ends. `snapshot` never blocks; it is at most 100 ms, or one batch, old.
    """

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        options: ConsumeOptions,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("consumer")
        self._broker = broker
        self._warehouse = warehouse
        self._options = options
        self._clock = clock or SystemClock()
        self._counters = Counters(options.topic, self._clock)
        self._ending = Ending(broker, options, self._clock)

    def finish(self) -> None:
        """End cleanly at the offsets the topic has now."""
        self._ending.finish()

    def snapshot(self) -> ConsumerSnapshot:
        """Return the latest moment."""
        return self._counters.latest

    def _run(self) -> None:
        self._ending.begin()
        try:
            self._sessions()
        except BaseException as error:
            self._counters.end(RunState.FAILED, error)
            raise
        self._counters.end(RunState.STOPPED)

    def _sessions(self) -> None:
        """Run sessions until one ends by itself, or failures last longer than allowed."""
        failing_since, progress, said = None, -1, ""
        while True:
            try:
                self._session().run()
            except DropshipError as error:
                now = self._clock.monotonic()
                if failing_since is None or self._counters.consumed != progress:
                    failing_since, progress = now, self._counters.consumed
                limit = self._options.give_up_after_s
                lasting = limit is not None and now - failing_since >= limit
                if not error.transient or lasting or self._life.stopping:
                    raise
                if error.message != said:  # not every second of an outage
                    said = error.message
                    log.warning(N_("consumer starts again"), extra={"reason": clean(said, 300)})
                self._counters.waiting(error.message)
                self._counters.publish(RunState.WAITING)
                if self._clock.wait(self._life.stop_event, _AGAIN_S):
                    raise
                self._counters.waiting(None)
            else:
                return

    def _session(self) -> Session:
        return Session(
            self._broker,
            self._warehouse,
            self._options,
            clock=self._clock,
            life=self._life,
            counters=self._counters,
            ending=self._ending,
        )
