"""The embedded pipeline under disturbances: broker, producer and consumer in real processes.

The broker is librdkafka's built-in one, in a process that can also be taken down and brought up
with its records (a restart), be slow, refuse requests, or be suspended.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.broker.cluster import Cluster
from tests.chaos.audit import Audit, audit, check_torn
from tests.chaos.flow import Producers, Totals, rest, suspended, wait_progress
from tests.chaos.plan import Blow
from tests.chaos.tap import Tap
from tests.support.processes import Dropship, Running, commands
from tests.support.unreliable_broker import (
    FETCH,
    NO_COORDINATOR,
    NOT_LEADER,
    OFFSET_COMMIT,
    PRODUCE,
    TIMED_OUT,
    UnreliableBroker,
    unreliable_broker,
)

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"
PATIENT = ("--timeout", "60")
REFUSALS = (
    (PRODUCE, NOT_LEADER),
    (PRODUCE, TIMED_OUT),
    (FETCH, NOT_LEADER),
    (OFFSET_COMMIT, NO_COORDINATOR),
    (OFFSET_COMMIT, TIMED_OUT),
)


class EmbeddedArena:
    """One run: `strike` disturbs and sees work go on, `close_and_audit` ends and audits it."""

    def __init__(
        self,
        dropship: Dropship,
        unreliable: UnreliableBroker,
        cluster: Cluster,
        rate: int,
        totals: Totals,
    ) -> None:
        self._dropship = dropship
        self._frail = unreliable
        self._cluster = cluster
        self._totals = totals
        dropship("seed", "--customers", "200", "--products", "50", "--orders", "10").done()
        self._tap = Tap(unreliable.bootstrap_servers, TOPIC)
        self._producers = Producers(dropship, rate, totals)
        self._consumer = self._start_consumer()
        self._blows: dict[str, Callable[[float], None]] = {
            "kill consumer": self._kill_consumer,
            "suspend consumer": lambda force: suspended(self._consumer, 8 * force, totals),
            "end consumer": self._end_consumer,
            "kill producer": lambda _force: self._producers.kill(),
            "suspend producer": lambda force: self._producers.suspend(6 * force),
            "broker down": self._broker_down,
            "suspend broker": self._suspend_broker,
            "slow broker": self._slow_broker,
            "refuse requests": self._refuse,
            "second writer": self._second_writer,
            "kill merge": self._kill_merge,
        }

    def strike(self, blow: Blow) -> None:
        """Do one disturbance, then see that work goes on."""
        self._totals.blows[blow.what] += 1
        self._blows[blow.what](blow.force)
        self.see_progress()
        rest(blow.rest_s)

    def see_progress(self) -> None:
        """Wait until the consumer stores more than it has."""
        wait_progress(self._told, self._totals, self._revive, lambda: self._consumer.err[-2000:])

    def close_and_audit(self) -> Audit:
        """End the flow cleanly, drain and merge, and ask for everything."""
        self._producers.end()
        self._consumer.signal(signal.SIGTERM)
        assert self._consumer.end().code == 143
        caught_up = self._dropship("consume", "--until-caught-up", *PATIENT).done()
        assert (caught_up["lag"], caught_up["gaps"]) == (0, 0)
        assert self._dropship("transform").done()["quarantined"] == 0
        audited = audit(self._dropship.paths.warehouse_file, self._cluster, TOPIC, GROUP, self._tap)
        checks = self._dropship("validate").record["checks"]
        assert checks["reconciliation"]["status"] == "PASS", checks["reconciliation"]
        assert checks["duplicates"]["status"] == "PASS", checks["duplicates"]
        return audited

    def close(self) -> None:
        """End the reader beside."""
        self._tap.close()

    def _told(self) -> int:
        return sum(self._cluster.committed(TOPIC, GROUP).values())

    def _start_consumer(self) -> Running:
        self._totals.counts["consumers"] += 1
        return self._dropship.start("consume", *PATIENT)

    def _revive(self) -> None:
        self._producers.revive()
        if self._consumer.ended:
            assert self._consumer.process.returncode == 3, self._consumer.err
            self._totals.counts["consumers that gave up"] += 1
            self._consumer = self._start_consumer()

    def _kill_consumer(self, force: float) -> None:
        self._consumer.kill()
        self._totals.counts["kills"] += 1
        if force < 0.5:
            self._look_at_what_is_left()
        self._consumer = self._start_consumer()
        # Killed again while it opens the file, joins and reads on, as often as not.
        if force > 0.7:
            rest(4 * (force - 0.7))
            self._kill_consumer(0.6 if force < 0.9 else 0.4)

    def _look_at_what_is_left(self) -> None:
        committed = dict(self._cluster.committed(TOPIC, GROUP))
        if self._dropship.paths.warehouse_file.exists() and committed:
            check_torn(self._dropship.paths.warehouse_file, committed)
            self._totals.counts["audits of a killed consumer"] += 1

    def _end_consumer(self, _force: float) -> None:
        self._consumer.signal(signal.SIGTERM)
        ended = self._consumer.end()
        assert ended.code in {3, 143}, ended.err
        self._consumer = self._start_consumer()

    def _broker_down(self, force: float) -> None:
        self._totals.counts["broker restarts"] += 1
        self._frail.down()
        rest(0.3 + 6 * force)
        self._frail.up()

    def _suspend_broker(self, force: float) -> None:
        """Suspend the broker, and often kill the consumer meanwhile.

        What the consumer has stored by then cannot have been told to Kafka: that is a crash between
        the two commits.
        """
        self._totals.counts["stops"] += 1
        self._frail.suspend()
        try:
            rest(0.2 + 4 * force)
            if force > 0.4:
                self._consumer.kill()
                self._totals.counts["kills"] += 1
                self._totals.counts["kills while Kafka could not be told"] += 1
        finally:
            self._frail.resume()
        if self._consumer.ended:
            self._look_at_what_is_left()
            self._consumer = self._start_consumer()

    def _slow_broker(self, force: float) -> None:
        self._frail.slow(int(20 + 400 * force))
        rest(1 + 4 * force)
        self._frail.slow(0)

    def _refuse(self, force: float) -> None:
        request, error = REFUSALS[int(force * len(REFUSALS))]
        self._frail.refuse(request, error, 1 + int(20 * force))
        rest(2)
        self._frail.forgive(request)

    def _second_writer(self, _force: float) -> None:
        """Another process works in the same warehouse, and disturbs nobody."""
        self.see_progress()
        self._dropship("transform").done()

    def _kill_merge(self, force: float) -> None:
        """Kill a merge somewhere; another one takes the same events again."""
        self._consumer.signal(signal.SIGTERM)
        self._consumer.end()
        merge = self._dropship.start("transform")
        rest(0.4 + force)
        if not merge.ended:
            self._totals.counts["kills"] += 1
        merge.kill()
        if force > 0.6:
            self._dropship("transform").done()
        self._consumer = self._start_consumer()


@contextmanager
def embedded_arena(folder: Path, rate: int, totals: Totals) -> Iterator[EmbeddedArena]:
    """Yield a flow that is under way; every process of it ends with the block."""
    with (
        commands(folder) as dropship,
        unreliable_broker(dropship.paths) as unreliable,
        dropship.broker() as cluster,
    ):
        arena = EmbeddedArena(dropship, unreliable, cluster, rate, totals)
        try:
            arena.see_progress()
            yield arena
        finally:
            arena.close()
