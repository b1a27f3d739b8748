"""librdkafka's built-in broker in a process of its own, which breaks when it is told to.

It announces itself as `--run broker` does, so the real command takes it for the embedded broker;
as `KAFKA_BOOTSTRAP_SERVERS` it passes for any cluster. Down and up again, its records are still
there: that is a broker that restarts. The calls are librdkafka's own for tests (rdkafka_mock.h).
Commands come as lines of JSON on stdin, each is answered by a line; the end of stdin ends it.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import confluent_kafka

from core.clock import iso
from core.config import Paths
from tests.support.processes import ROOT

PRODUCE, FETCH, OFFSET_COMMIT = 0, 1, 8
"""Numbers of requests (kafka.apache.org/protocol)."""
NOT_LEADER, TIMED_OUT, NO_COORDINATOR, NOT_ALLOWED = 6, 7, 15, 30
"""Numbers of the errors that such a request may get."""


class UnreliableBroker:
    """The process as its owner sees it. Its topic has been made; nothing else is in it."""

    def __init__(self, paths: Paths, topic: str = "orders_topic", partitions: int = 4) -> None:
        paths.data.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "tests.support.unreliable_broker"),
                *(str(paths.data), topic, str(partitions)),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.bootstrap_servers = str(self._answer()["servers"])

    def down(self) -> None:
        """Close its port and every connection."""
        self._tell("down")

    def up(self) -> None:
        """Listen again; the records are still there."""
        self._tell("up")

    def slow(self, milliseconds: int) -> None:
        """Answer that much later; 0 is at once again."""
        self._tell("slow", milliseconds)

    def refuse(self, request: int, error: int, times: int) -> None:
        """Answer the next requests of a kind with an error."""
        self._tell("refuse", request, error, times)

    def forgive(self, request: int) -> None:
        """Forget what `refuse` said and was not needed yet."""
        self._tell("forgive", request)

    def suspend(self) -> None:
        """Stop the whole process: connections stay open and nothing answers."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it; what it held is gone."""
        self._process.kill()
        self._process.communicate()

    def _tell(self, what: str, *numbers: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, *numbers]).encode() + b"\n")
        self._process.stdin.flush()
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the broker ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def unreliable_broker(paths: Paths, **options: Any) -> Iterator[UnreliableBroker]:
    """Yield a broker that breaks on demand; it ends with the block."""
    broker = UnreliableBroker(paths, **options)
    try:
        yield broker
    finally:
        broker.close()


def main() -> None:
    """Serve until stdin ends."""
    data, topic, partitions = sys.argv[1:]
    file = Paths(data=Path(data)).broker_file
    library, cluster = _start(topic, int(partitions))
    servers = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()
    draft = file.with_suffix(".draft")
    entry = {"bootstrap_servers": servers, "pid": os.getpid(), "started_at": iso(_now())}
    draft.write_text(json.dumps(entry))
    draft.replace(file)
    _say({"servers": servers})
    for line in sys.stdin:
        what, *numbers = json.loads(line)
        _obey(library, cluster, what, numbers)
        _say({})


def _start(topic: str, partitions: int) -> tuple[ctypes.CDLL, ctypes.c_void_p]:
    """Return the library and the broker, with the topic in it."""
    wheel = Path(confluent_kafka.__file__).parent
    (file,) = wheel.with_name("confluent_kafka.libs").glob("librdkafka-*")
    library = ctypes.CDLL(str(file))
    for name in ("conf_new", "new", "mock_cluster_new"):
        getattr(library, f"rd_kafka_{name}").restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    settings = ctypes.c_void_p(library.rd_kafka_conf_new())
    said = ctypes.create_string_buffer(512)
    library.rd_kafka_conf_set(settings, b"log_level", b"0", said, ctypes.c_size_t(512))
    client = ctypes.c_void_p(library.rd_kafka_new(0, settings, said, ctypes.c_size_t(512)))
    assert client, said.value
    cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(client, 1))
    assert cluster
    code = library.rd_kafka_mock_topic_create(cluster, topic.encode(), partitions, 1)
    assert code == 0, code
    return library, cluster


def _obey(library: ctypes.CDLL, cluster: ctypes.c_void_p, what: str, numbers: list[int]) -> None:
    only = ctypes.c_int32(1)
    if what == "down":
        library.rd_kafka_mock_broker_set_down(cluster, only)
    elif what == "up":
        library.rd_kafka_mock_broker_set_up(cluster, only)
    elif what == "slow":
        library.rd_kafka_mock_broker_set_rtt(cluster, only, numbers[0])
    elif what == "refuse":
        request, error, times = numbers
        errors = (ctypes.c_int * times)(*[error] * times)
        library.rd_kafka_mock_push_request_errors_array(
            cluster, ctypes.c_int16(request), ctypes.c_size_t(times), errors
        )
    elif what == "forgive":
        library.rd_kafka_mock_clear_request_errors(cluster, ctypes.c_int16(numbers[0]))
    else:
        raise AssertionError(what)


def _now() -> datetime:
    return datetime.now(UTC)


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - this is how the owner is answered


if __name__ == "__main__":
    main()
