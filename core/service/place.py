"""Where the service of a data directory is: its lock, and the socket that it listens at."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from core.clock import Clock
from core.config.settings import Paths
from core.errors import StorageError, UsageError
from core.process_lock import LockedError, LockOwner, ProcessLock, read_owner
from core.text import _, clean
from core.text.os_errors import os_reason
from core.warehouse.shared.place import check_owner, folder_of_sockets

_SUFFIX = ".control"
_TRIES, _AGAIN_S = 10, 0.05
_NEVER = Event()


@contextmanager
def claimed(paths: Paths, clock: Clock) -> Iterator[socket.socket]:
    """Yield a listening socket that only this user can reach, for as long as the block lasts.

    Errors: UsageError naming the service that runs already; StorageError.
    """
    folder, marked, name = folder_of_sockets(paths)
    place = folder / f"{marked}{name}{_SUFFIX}"
    lock = _locked(paths, clock, place)
    try:
        listener = _listening(folder, marked, place)
        try:
            yield listener
        finally:
            listener.close()
            with suppress(OSError):
                place.unlink()
    finally:
        lock.release()


def _locked(paths: Paths, clock: Clock, place: Path) -> ProcessLock:
    """Take the lock of the service. Errors: UsageError naming the service that has it.

    Who asks whether a service runs holds the lock for an instant (`is_free`), so a lock that is
    held is tried a few times more.
    """
    for left in reversed(range(_TRIES)):
        try:
            return ProcessLock(paths.service_lock, clock=clock, socket=str(place))
        except LockedError as held:
            if left:
                clock.wait(_NEVER, _AGAIN_S)
                continue
            raise UsageError(
                _("a service already runs for {folder}: {owner}").format(
                    folder=clean(paths.data), owner=held.owner
                ),
                hint=_("`dropship` attaches to it, `dropship --run stop` ends it"),
            ) from None
    raise AssertionError("the last try returns or raises")


def _listening(folder: Path, marked: str, place: Path) -> socket.socket:
    """Listen; sockets that dead services left are cleared away. Errors: StorageError."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_owner(folder)
        folder.chmod(0o700)
        for left in folder.glob(f"{marked}*{_SUFFIX}"):
            left.unlink(missing_ok=True)
        listener.bind(str(place))
        place.chmod(0o600)
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise StorageError(
            _("cannot use the folder {folder}: {reason}").format(
                folder=clean(folder), reason=os_reason(error)
            )
        ) from error
    except BaseException:
        listener.close()
        raise
    return listener


def service_of(paths: Paths) -> LockOwner | None:
    """Return who signed as the service last, None without one; it need not live any more."""
    owner = read_owner(paths.service_lock)
    return owner if owner.pid and owner.socket else None


def is_free(paths: Paths) -> bool:
    """Whether no process holds the lock of the service; asking holds it for an instant."""
    try:
        file = os.open(paths.service_lock, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True
