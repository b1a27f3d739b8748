"""Consumers that share a group on a real Kafka, under disturbances.

The members are threads of one process, which is killed and suspended as a whole; they come and go,
their warehouse is slow, fails, or loses replies; brokers are killed and started again. Producers
are real `--run produce` processes.
"""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

from core.clock import SystemClock
from core.config import KafkaSettings
from core.merge.worker import merge_all
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.chaos.audit import Audit, audit, check_torn
from tests.chaos.flow import Producers, Totals, rest, wait_progress
from tests.chaos.plan import Blow
from tests.chaos.tap import Tap
from tests.support.kafka_server import KafkaCluster, Node
from tests.support.kafka_work import Work
from tests.support.processes import ROOT, Dropship, commands
from tests.support.waiting import wait_until

PARTITIONS = 6
IMPATIENT = {
    # The group notices a dead or suspended member while the run lasts.
    "session.timeout.ms": "3000",
    "heartbeat.interval.ms": "500",
    "max.poll.interval.ms": "6000",
    "topic.metadata.refresh.interval.ms": "1000",
}
COUNTED = ("changes of assignment", "fenced batches", "failed writes", "lost replies")


class MembersProcess:
    """The process of the consumers, as seen from outside; its last words count after its death."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.members", json.dumps(given)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.told: dict[str, Any] = {}
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, what: str, *details: float) -> None:
        """Give a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, *details]).encode() + b"\n")
        self._process.stdin.flush()

    def suspend(self, seconds: float) -> None:
        """Stop it for so long."""
        self._process.send_signal(signal.SIGSTOP)
        rest(seconds)
        self._process.send_signal(signal.SIGCONT)

    def check(self) -> None:
        """Fail when it ended or one of its threads did."""
        assert self._process.poll() is None, f"the consumers ended: {self.told}"
        assert not self.told.get("errors"), self.told["errors"]

    def where(self) -> str:
        """Return its last words, and let it write its stacks to stderr."""
        self._process.send_signal(signal.SIGUSR1)
        rest(1)
        with suppress(psutil.Error):
            return f"{self.told}, {psutil.Process(self._process.pid).cpu_times()}"
        return f"{self.told}, ended"

    def kill(self) -> Counter[str]:
        """Kill it; return what it had counted."""
        self._process.kill()
        return self._gone()

    def end(self) -> Counter[str]:
        """Let it end cleanly."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(120) == 0, self.told
        assert not self.told.get("errors"), self.told["errors"]
        return self._gone()

    def _gone(self) -> Counter[str]:
        self._process.wait(30)
        self._reader.join(10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        return Counter({name: self.told.get(name, 0) for name in COUNTED})

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError):  # the last line of a process that was killed
                self.told = json.loads(line)


class KafkaArena:
    """One run: `strike` disturbs and sees work go on, `close_and_audit` ends and audits it."""

    def __init__(
        self, dropship: Dropship, kafka: KafkaCluster, work: Work, rate: int, totals: Totals
    ) -> None:
        self._dropship = dropship
        self._kafka = kafka
        self._work = work
        self._totals = totals
        self._next_node = 0
        dropship("seed", "--customers", "200", "--products", "50", "--orders", "10").done()
        work.make_topic(PARTITIONS, copies=len(kafka.nodes))
        self._tap = Tap(work.servers, work.topic)
        self._members = self._start_members(2)
        self._producers = Producers(dropship, rate, totals, work.env)
        self._blows: dict[str, Callable[[float], None]] = {
            "kill consumers": self._kill_members,
            "suspend consumers": self._suspend_members,
            "join": lambda _force: self._members.tell("join"),
            "leave": lambda _force: self._members.tell("leave"),
            "slow warehouse": lambda force: self._trouble(2 * force, 0, 0, 1 + 5 * force),
            "failing warehouse": lambda force: self._trouble(0, 1 + int(6 * force), 0, 3),
            "lost replies": lambda force: self._trouble(0, 0, 1 + int(4 * force), 3),
            "kill broker": self._kill_broker,
            "suspend broker": self._suspend_broker,
            "kill producer": lambda _force: self._producers.kill(),
            "suspend producer": lambda force: self._producers.suspend(6 * force),
        }

    def strike(self, blow: Blow) -> None:
        """Do one disturbance, then see that work goes on."""
        self._totals.blows[blow.what] += 1
        self._blows[blow.what](blow.force)
        self.see_progress()
        rest(blow.rest_s)

    def see_progress(self) -> None:
        """Wait until the group stores more than it has."""
        wait_progress(self._work.committed, self._totals, self._revive, self._members.where)

    def close_and_audit(self) -> Audit:
        """End the flow cleanly, drain and merge, and ask for everything."""
        self._producers.end()
        ends = sum(mark.high for mark in self._work.cluster.watermarks(self._work.topic).values())
        wait_until(lambda: self._work.committed() >= ends, seconds=120, what=str(ends))
        self._totals.counts.update(self._members.end())
        settings = replace(
            self._dropship.settings, kafka=KafkaSettings(self._work.servers, self._work.topic)
        )
        warehouse = DuckDbWarehouse(settings, clock=SystemClock())
        try:
            assert merge_all(warehouse, Event()).taken == 0  # the merge thread took everything
        finally:
            warehouse.close()
        file = self._dropship.paths.warehouse_file
        return audit(file, self._work.cluster, self._work.topic, self._work.group, self._tap)

    def close(self) -> None:
        """End what reads beside and what consumes."""
        self._tap.close()
        self._members.kill()

    def _start_members(self, count: int) -> MembersProcess:
        self._totals.counts["consumers"] += count
        given = {
            "data": str(self._dropship.paths.data),
            "servers": self._work.servers,
            "topic": self._work.topic,
            "group": self._work.group,
            "client": IMPATIENT,
        }
        members = MembersProcess(given)
        for _number in range(count):
            members.tell("join")
        return members

    def _revive(self) -> None:
        self._producers.revive()
        self._members.check()

    def _kill_members(self, force: float) -> None:
        self._totals.counts.update(self._members.kill())
        self._totals.counts["kills"] += 1
        if force < 0.5:
            told = dict(self._work.cluster.committed(self._work.topic, self._work.group))
            check_torn(self._dropship.paths.warehouse_file, told)
            self._totals.counts["audits of a killed consumer"] += 1
        self._members = self._start_members(1 + int(3 * force))

    def _suspend_members(self, force: float) -> None:
        """Suspend them, twice in three longer than their session lasts."""
        self._totals.counts["stops"] += 1
        self._members.suspend(0.5 + 8 * force)

    def _trouble(self, delay_s: float, failures: int, lost: int, seconds: float) -> None:
        self._members.tell("trouble", delay_s, failures, lost)
        rest(seconds)
        self._members.tell("trouble", 0, 0, 0)

    def _node(self) -> Node:
        self._next_node = (self._next_node + 1) % len(self._kafka.nodes)
        return self._kafka.nodes[self._next_node]

    def _kill_broker(self, force: float) -> None:
        self._totals.counts["broker restarts"] += 1
        node = self._node()
        node.kill()
        rest(4 * force)
        node.start()
        self._kafka.wait_ready()

    def _suspend_broker(self, force: float) -> None:
        self._totals.counts["stops"] += 1
        process = self._node()._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        rest(0.3 + 4 * force)
        process.send_signal(signal.SIGCONT)


@contextmanager
def kafka_arena(folder: Path, rate: int, totals: Totals, nodes: int) -> Iterator[KafkaArena]:
    """Yield a flow that is under way; every process of it ends with the block."""
    with commands(folder) as dropship, KafkaCluster(nodes) as kafka:
        work = Work(kafka.bootstrap_servers, "orders_topic")
        arena = KafkaArena(dropship, kafka, work, rate, totals)
        try:
            arena.see_progress()
            yield arena
        finally:
            arena.close()
            work.close()
