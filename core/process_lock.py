"""One owner at a time of something in a data directory, with a name for whoever comes second.

The lock is advisory and ends with its process, however that dies; the file's text only tells who.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.clock import Clock, SystemClock, iso
from core.errors import StorageError
from core.text import _, clean
from core.text.os_errors import os_reason


@dataclass(frozen=True)
class LockOwner:
    """Who holds a lock, as far as its file tells (pid 0: unknown).

    socket: where the owner shares what it holds; empty where it does not.
    """

    pid: int
    command: str
    since: str
    socket: str = ""

    def __str__(self) -> str:
        """Return the owner as messages name it."""
        if not self.pid:
            return _("another process")
        return _("process {pid} ({command}, since {since})").format(
            pid=self.pid, command=self.command, since=self.since
        )


class LockedError(Exception):
    """Somebody else holds it."""

    def __init__(self, owner: LockOwner) -> None:
        super().__init__(str(owner))
        self.owner = owner


class ProcessLock:
    """An exclusive lock on a lock file, from construction to `release`.

    socket: where the owner will share it. Errors: LockedError naming the owner; StorageError where
    the file cannot be written.
    """

    def __init__(self, file: Path, *, clock: Clock | None = None, socket: str = "") -> None:
        self._file = file
        self._clock = clock or SystemClock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(file, blocking=False, thread_local=False, mode=0o644)
            self._lock.acquire()
        except Timeout:
            raise LockedError(read_owner(file)) from None
        except OSError as error:
            raise StorageError(
                _("cannot use the data directory {folder}: {reason}").format(
                    folder=clean(file.parent), reason=os_reason(error)
                ),
                hint=_("choose a folder that can be written with --data-dir"),
            ) from error
        self.sign(socket)

    def sign(self, socket: str = "") -> None:
        """Write who holds it; a full disk must not make the lock itself fail."""
        owner = {"pid": os.getpid(), "command": _command(), "since": iso(self._clock.now())}
        shared = {"socket": socket} if socket else {}
        try:
            self._file.write_text(json.dumps(owner | shared) + "\n", encoding="utf-8")
        except OSError:
            return

    def release(self) -> None:
        """Give the lock up; safe to repeat."""
        if self._lock.is_locked:
            self._lock.release()


def read_owner(file: Path) -> LockOwner:
    """Return who signed a lock file."""
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
        socket = str(text.get("socket", ""))
        return LockOwner(
            int(text["pid"]), clean(text["command"], 80), clean(text["since"], 40), socket
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return LockOwner(0, "", "")


def _command() -> str:
    """Return a short name of what this process runs: never its options, which may lock anything."""
    arguments = sys.argv[1:]
    job = arguments[arguments.index("--run") + 1 :][:1] if "--run" in arguments else []
    return " ".join(["dropship", *(["--run", job[0]] if job else [])])
