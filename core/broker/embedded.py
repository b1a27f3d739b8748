"""The embedded broker: librdkafka's built-in one, from the wheel, reached over loopback.

It lives in memory, in the process that started it, and keeps 5 MiB of batches per partition; what
is older vanishes without a word. `data/broker.json` is how other processes find it. Its cluster id
is made from a memory address, so each one gets an identity of our own: offsets in the warehouse
must never be taken for those of an earlier broker that also began at zero.
"""

import hashlib
import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from confluent_kafka import KafkaException, Producer

from core.broker.clients import client_log, kafka_error
from core.broker.cluster import Cluster
from core.clock import Clock, iso
from core.config import Paths
from core.errors import BrokerError
from core.files import cannot_write, replace_file
from core.process_lock import LockedError, ProcessLock
from core.text import _, clean

CAP_BYTES = 5 * 1024 * 1024
"""Stored batches that one partition keeps, fixed in librdkafka (rdkafka_mock.c)."""

_START_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Announcement:
    """What `broker.json` says, for us and for scripts of others."""

    bootstrap_servers: str
    pid: int
    started_at: str

    @property
    def cluster_id(self) -> str:
        """Our identity for this broker: every process that reads the file gets the same."""
        text = f"{self.bootstrap_servers} {self.pid} {self.started_at}"
        return "embedded-" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def start_embedded(paths: Paths, topic: str, *, clock: Clock) -> Cluster:
    """Start a broker in this process, announce it and return it.

    Errors: BrokerError naming the holder when one already runs for this data directory.
    """
    try:
        lock = ProcessLock(paths.broker_lock, clock=clock)
    except LockedError as error:
        raise BrokerError(
            _("an embedded broker already runs for {folder}: {holder}").format(
                folder=clean(paths.data), holder=error.owner
            ),
            hint=_("use that one, end it, or choose another --data-dir"),
        ) from None
    try:
        host = Producer({"test.mock.num.brokers": 1, "logger": client_log})
        # Asking for the topic creates it.
        metadata = host.list_topics(topic, timeout=_START_TIMEOUT_S)
    except KafkaException as error:
        lock.release()
        raise kafka_error(error, _("starting the embedded broker")) from error
    servers = ",".join(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())
    announcement = Announcement(servers, os.getpid(), iso(clock.now()))
    try:
        _announce(paths.broker_file, announcement)
    except BaseException:
        lock.release()
        raise
    return _cluster(announcement, _Owner(host, lock, paths.broker_file))


class _Owner:
    """Keeps the broker alive by holding its client; ends both when called."""

    def __init__(self, host: Producer, lock: ProcessLock, file: Path) -> None:
        self._host: Producer | None = host
        self._lock = lock
        self._file = file

    def __call__(self) -> None:
        """Withdraw the announcement, end the broker, give up the hold."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
        self._host = None
        self._lock.release()


def embedded_address(paths: Paths) -> str | None:
    """Return where a living process has announced its broker, None without one; asks no network."""
    announcement = _read(paths.broker_file)
    return announcement.bootstrap_servers if announcement else None


def find_embedded(paths: Paths) -> Cluster | None:
    """Return the embedded broker that another process keeps up, None when there is none."""
    announcement = _read(paths.broker_file)
    if announcement is None or not _answers(announcement.bootstrap_servers):
        return None
    return _cluster(announcement, None)


def _cluster(announcement: Announcement, owner: _Owner | None) -> Cluster:
    return Cluster(
        announcement.bootstrap_servers,
        embedded_id=announcement.cluster_id,
        backlog_limit_bytes=CAP_BYTES,
        on_close=owner,
    )


def _announce(file: Path, announcement: Announcement) -> None:
    """Write the file whole or not at all: others may read it at any moment."""
    with cannot_write(file, _("make room, or choose another --data-dir")):
        replace_file(file, (json.dumps(asdict(announcement)) + "\n").encode())


def _read(file: Path) -> Announcement | None:
    """Return what the file says, None when it is absent, damaged or of a process that ended."""
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
        found = Announcement(
            str(text["bootstrap_servers"]), int(text["pid"]), str(text["started_at"])
        )
        datetime.fromisoformat(found.started_at)
        with suppress(PermissionError):  # it lives, under another user
            os.kill(found.pid, 0)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return found


def _answers(servers: str) -> bool:
    """Return whether someone listens at the first address."""
    host, _colon, port = servers.split(",", maxsplit=1)[0].rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1.0):
            return True
    except (OSError, ValueError):
        return False
