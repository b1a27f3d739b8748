"""Starts a real Apache Kafka (KRaft) of one or three nodes on loopback, and breaks it on demand.

For people: `python -m tests.support.kafka_server --nodes 3` keeps one up until ctrl+c.
"""

import argparse
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.support.kafka_jars import kafka_jars
from tests.support.waiting import wait_until

_JVM = ("-Xmx384m", "-Xms128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_START_S = 60.0
_CLUSTER_ID = "ZHJvcHNoaXAtdGVzdC1rZg"  # 16 bytes in base64, the same on every node


@dataclass(frozen=True)
class Listener:
    """One more way into the broker. protocol: SSL, SASL_SSL, ...; settings: of this listener.

    advertised: the host and port that clients are sent to, where it is not the listener's own.
    """

    name: str
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict)
    advertised: str = ""


class Node:
    """One process that is broker and controller. Its ports stay the same over restarts."""

    def __init__(self, number: int, folder: Path, ports: Mapping[str, int]) -> None:
        self.number = number
        self.folder = folder
        self.ports = ports
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log(self) -> str:
        """The end of what it wrote."""
        file = self.folder / "kafka.log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else ""

    def start(self) -> None:
        """Start the process; it answers some seconds later."""
        assert self._process is None, f"node {self.number} runs"
        with (self.folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *leash(),
                    *("java", *_JVM, "-cp", f"{kafka_jars()}/*", "kafka.Kafka", str(self.config)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None


class KafkaCluster:
    """One or three nodes. Use it as a context: everything ends with it, the data too."""

    def __init__(
        self,
        nodes: int = 1,
        *,
        listeners: tuple[Listener, ...] = (),
        settings: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
    ) -> None:
        """listeners: besides PLAINTEXT. users: names and passwords for SCRAM, both kinds."""
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kafka-")))
        self._listeners = (Listener("PLAINTEXT", "PLAINTEXT"), *listeners)
        self._settings = dict(settings or {})
        self._users = dict(users or {})
        names = [*(entry.name for entry in self._listeners), "CONTROLLER"]
        ports = free_ports(len(names) * nodes)
        self.nodes = [
            Node(
                number + 1,
                self.folder / f"node{number + 1}",
                dict(zip(names, ports[number * len(names) :], strict=False)),
            )
            for number in range(nodes)
        ]

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.folder.mkdir()
                node.config.write_text(self._properties(node), encoding="utf-8")
            self._format()
            for node in self.nodes:
                node.start()
            self.wait_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for node in self.nodes:
            node.kill()
        self._stack.close()

    @property
    def bootstrap_servers(self) -> str:
        """The addresses without encryption."""
        return self.servers("PLAINTEXT")

    def servers(self, listener: str) -> str:
        """Return the addresses of a listener."""
        return ",".join(f"127.0.0.1:{node.ports[listener]}" for node in self.nodes)

    def wait_ready(self) -> None:
        """Return once every running node has joined and all partitions have leaders."""
        running = [node for node in self.nodes if node.running]

        def ready() -> bool:
            for node in running:
                assert node.running, f"node {node.number} ended: {node.log}"
            return self._settled(running)

        logs = "\n".join(node.log for node in running)
        wait_until(ready, seconds=_START_S, what=f"Kafka never became ready: {logs}")

    def _settled(self, running: list[Node]) -> bool:
        with admin(self.bootstrap_servers) as client, suppress(KafkaException):
            metadata = client.list_topics(timeout=2)
            brokers = set(metadata.brokers) == {node.number for node in running}
            return brokers and all(
                part.leader >= 0
                for topic in metadata.topics.values()
                for part in topic.partitions.values()
            )
        return False

    def _format(self) -> None:
        """Write the identity of the cluster on every node's disk, and the users' secrets."""
        scram = [
            f"--add-scram={mechanism}=[name={name},password={password}]"
            for name, password in self._users.items()
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        ]
        tool = ["java", *_JVM, "-cp", f"{kafka_jars()}/*", "kafka.tools.StorageTool"]
        started = [
            subprocess.Popen(
                [*tool, "format", "-t", _CLUSTER_ID, "-c", str(node.config), *scram],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for node in self.nodes
        ]
        for process in started:
            said, _nothing = process.communicate(timeout=60)
            assert process.returncode == 0, said.decode(errors="replace")

    def _properties(self, node: Node) -> str:
        copies = min(len(self.nodes), 3)
        own = {entry.name: f"127.0.0.1:{node.ports[entry.name]}" for entry in self._listeners}
        told = {entry.name: entry.advertised for entry in self._listeners if entry.advertised}
        controller = f"127.0.0.1:{node.ports['CONTROLLER']}"
        protocols = {entry.name: entry.protocol for entry in self._listeners}
        values = {
            "process.roles": "broker,controller",
            "node.id": str(node.number),
            "controller.quorum.voters": ",".join(
                f"{other.number}@127.0.0.1:{other.ports['CONTROLLER']}" for other in self.nodes
            ),
            "listeners": _listed({**own, "CONTROLLER": controller}, "://"),
            "advertised.listeners": _listed({**own, **told}, "://"),
            "listener.security.protocol.map": _listed(
                {**protocols, "CONTROLLER": "PLAINTEXT"}, ":"
            ),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(node.folder / "data"),
            "num.partitions": "1",
            "offsets.topic.num.partitions": "3",
            "offsets.topic.replication.factor": str(copies),
            "transaction.state.log.num.partitions": "3",
            "transaction.state.log.replication.factor": str(copies),
            "transaction.state.log.min.isr": str(min(copies, 2)),
            "min.insync.replicas": str(min(copies, 2)),
            **_IMPATIENT,
            **self._settings,
        }
        for entry in self._listeners:
            prefix = f"listener.name.{entry.name.lower()}."
            values |= {prefix + name: value for name, value in entry.settings.items()}
        return "".join(f"{name}={value}\n" for name, value in values.items())


_IMPATIENT = {
    # A test should not wait where an installation rightly does.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "3000",
    "group.consumer.min.heartbeat.interval.ms": "200",
    "group.consumer.heartbeat.interval.ms": "300",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "log.retention.check.interval.ms": "1000",
    "file.delete.delay.ms": "100",
}


def leash() -> tuple[str, ...]:
    """Return what starts a program so that it ends with us, even when we are killed."""
    return ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


def _listed(entries: Mapping[str, str], between: str) -> str:
    return ",".join(f"{name}{between}{value}" for name, value in entries.items())


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _number in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextmanager
def admin(servers: str) -> Iterator[AdminClient]:
    """Yield a client for the work of an administrator. Its errors are what the test looks at."""
    client = AdminClient({"bootstrap.servers": servers, "log_level": 0})
    yield client
    client.poll(0)


def main() -> None:
    """Keep a cluster up until a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    with KafkaCluster(parser.parse_args().nodes) as cluster:
        print(f"KAFKA_BOOTSTRAP_SERVERS={cluster.bootstrap_servers}", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
