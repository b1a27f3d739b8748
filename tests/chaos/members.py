"""One to three consumers of a group and a merge, in a process that may be killed at any moment.

They are threads of one process with one file open; several processes on one file have an arena of
their own (`shared_arena`). The warehouse between them and the file is slow, fails before a commit,
or loses the reply of one, when told. Commands come as lines of JSON on stdin; what happens is told
as lines of JSON on stdout.
"""

import faulthandler
import json
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from core.broker.clients import client_log
from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import KafkaSettings, Paths, Settings
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.errors import WarehouseError
from core.merge.worker import MergeWorker
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import MergeResult, RawBatch
from tests.support.decoding import ORDERS

_TOLD_EVERY_S = 0.1


class TroubledWarehouse:
    """A DuckDB warehouse with a bad way to it, for as many calls as it is told."""

    def __init__(self, warehouse: DuckDbWarehouse) -> None:
        self._warehouse = warehouse
        self._lock = Lock()
        self._pause = Event()
        self.delay_s = 0.0
        self.failures = 0
        self.lost_replies = 0
        self.counts = {"failed writes": 0, "lost replies": 0}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._warehouse, name)

    def write_batch(self, batch: RawBatch) -> None:
        """Store, or fail before or after storing."""
        self._trouble("write")
        self._warehouse.write_batch(batch)
        if self._take("lost_replies"):
            self.counts["lost replies"] += 1
            raise WarehouseError("the reply to the commit was lost", transient=True)

    def merge(self) -> MergeResult:
        """Merge, slowly perhaps; a merge that fails is not repeated by its thread."""
        self._pause.wait(self.delay_s)
        return self._warehouse.merge()

    def _trouble(self, what: str) -> None:
        self._pause.wait(self.delay_s)
        if self._take("failures"):
            self.counts["failed writes"] += 1
            raise WarehouseError(f"the warehouse does not answer ({what})", transient=True)

    def _take(self, name: str) -> bool:
        with self._lock:
            left: int = getattr(self, name)
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0


class Members:
    """The consumers. Commands come from one thread, figures are told by another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._warehouse = TroubledWarehouse(DuckDbWarehouse(settings, clock=SystemClock()))
        self._workers: list[tuple[ConsumerWorker, Cluster]] = []
        self._ended: list[ConsumerWorker] = []
        self._held: dict[int, frozenset[int]] = {}
        self._rebalances = 0
        self._merge = MergeWorker(self._warehouse, interval_s=0.5)
        self._merge.start()
        self._stop = Event()
        self._teller = Thread(target=self._tell, daemon=True)
        self._teller.start()

    def join(self) -> None:
        """Let one more consumer join the group, at most three."""
        if len(self._workers) == 3:
            return
        kafka = self._settings.kafka
        cluster = Cluster(kafka.bootstrap_servers or "", extra=kafka.client)
        options = ConsumeOptions(kafka.topic, kafka.group_id, max_batch=2_000, give_up_after_s=None)
        worker = ConsumerWorker(cluster, self._warehouse, options, ORDERS)
        worker.start()
        self._workers.append((worker, cluster))

    def leave(self) -> None:
        """Let the one that has been there longest leave; the last one stays."""
        if len(self._workers) > 1:
            self._end(*self._workers.pop(0))

    def end(self) -> None:
        """Let all leave, merge what is left, and close the file."""
        while self._workers:
            self._end(*self._workers.pop(0))
        self._merge.stop()
        assert self._merge.join(60)
        self._stop.set()
        self._teller.join(10)
        self._warehouse.close()

    def trouble(self, delay_s: float, failures: int, lost_replies: int) -> None:
        """Make the way to the warehouse bad; all zero fixes it."""
        self._warehouse.delay_s = delay_s
        self._warehouse.failures = failures
        self._warehouse.lost_replies = lost_replies

    def _end(self, worker: ConsumerWorker, cluster: Cluster) -> None:
        worker.stop()
        assert worker.join(90), worker.snapshot()
        self._ended.append(worker)
        cluster.close()

    def _tell(self) -> None:
        while not self._stop.wait(_TOLD_EVERY_S):
            alive = [worker for worker, _cluster in list(self._workers)]
            for worker in alive:
                held = frozenset(worker.snapshot().offsets)
                if self._held.get(id(worker), frozenset()) != held:
                    self._held[id(worker)] = held
                    self._rebalances += 1
            every = [*alive, *self._ended]
            failed = [*(worker.error for worker in every), self._merge.error]
            errors = [str(error) for error in failed if error is not None]
            told = {
                "members": len(alive),
                "changes of assignment": self._rebalances,
                "fenced batches": sum(worker.snapshot().fenced for worker in every),
                **self._warehouse.counts,
                "errors": errors,
            }
            print(json.dumps(told), flush=True)  # noqa: T201 - this is how the owner is told


def main() -> None:
    """Serve until stdin ends."""
    faulthandler.register(signal.SIGUSR1)  # where it stands, when it does not go on
    given = json.loads(sys.argv[1])
    client_log.addHandler(logging.NullHandler())
    settings = Settings(
        paths=Paths(data=Path(given["data"])),
        kafka=KafkaSettings(given["servers"], given["topic"], given["group"], given["client"]),
    )
    members = Members(settings)
    commands: dict[str, Callable[..., None]] = {
        "join": members.join,
        "leave": members.leave,
        "trouble": members.trouble,
    }
    for line in sys.stdin:
        what, *details = json.loads(line)
        commands[what](*details)
    members.end()


if __name__ == "__main__":
    main()
