"""Files that appear whole or not at all: written under other names, renamed together at the end.

A process that ends at any moment leaves the old files, or the new ones, never half a file under
its final name. What a killed process left behind is overwritten by the next run.
"""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout

from core.errors import StorageError
from core.seed.spec import SeedFile
from core.text import _, clean
from core.text.os_errors import os_reason

LOCK_NAME = ".seed.lock"
"""Held in the output folder while files are written there; it stays, empty."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class StagedFile:
    """One file being written under a temporary name, with its size and checksum."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.partial = target.with_name(f".{target.name}.partial")
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._rows = 0
        self._file: BinaryIO = self.partial.open("wb")

    def write(self, data: bytes, rows: int = 0) -> None:
        """Append bytes that hold so many rows."""
        self._file.write(data)
        self._hash.update(data)
        self._bytes += len(data)
        self._rows += rows

    def close(self) -> None:
        """Hand the last bytes to the operating system."""
        self._file.close()

    def description(self) -> SeedFile:
        """Return what was written so far, under its final name."""
        return SeedFile(self.target, self._rows, self._bytes, self._hash.hexdigest())

    def discard(self) -> None:
        """Remove what was written."""
        try:
            self._file.close()
        except OSError:
            pass  # bytes that no longer fit on the disk are not wanted either
        finally:
            self.partial.unlink(missing_ok=True)


class Staging:
    """The files of one run in one folder. Left without `commit`, it removes them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[StagedFile] = []
        self._lock = FileLock(folder / LOCK_NAME)

    def __enter__(self) -> Self:
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise StorageError(
                    _("{path}: another process is writing seed data there").format(
                        path=clean(self._folder)
                    ),
                    hint=_("Wait until it has ended, or give another --output."),
                    transient=True,
                ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for staged in self._files:
                staged.discard()
        finally:
            self._lock.release()

    def open(self, name: str) -> StagedFile:
        """Begin a file of that final name."""
        target = self._folder / name
        with storage_errors(target):
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "Is a directory", str(target))
            staged = StagedFile(target)
        self._files.append(staged)
        return staged

    def commit(self) -> tuple[SeedFile, ...]:
        """Give all files their final names; return them in the order they were begun.

        The last file refers to the others, so its old version goes first: a process that is
        killed between two renames leaves no file that refers to rows of another run.
        """
        files = tuple(staged.description() for staged in self._files)
        with storage_errors(self._folder):
            for staged in self._files:
                staged.close()
            self._files[-1].target.unlink(missing_ok=True)
            for staged in self._files:
                staged.partial.replace(staged.target)
        self._files.clear()
        return files


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a path into a StorageError."""
    try:
        yield
    except OSError as error:
        raise _storage_error(path, error) from error


def _storage_error(path: Path, error: OSError) -> StorageError:
    where = clean(path)
    if error.errno in _FULL:
        return StorageError(
            _("{path}: no room left to write").format(path=where),
            hint=_("Free some disk space, give another --output, or generate fewer rows."),
        )
    if error.errno in _DENIED:
        return StorageError(
            _("{path}: not allowed to write").format(path=where),
            hint=_("Give a folder you may write to with --output."),
        )
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return StorageError(
            _("{path}: a file stands where a folder is needed").format(path=where),
            hint=_("Give a folder with --output, or move the file away."),
        )
    if isinstance(error, IsADirectoryError):
        return StorageError(
            _("{path}: a folder stands where a file is needed").format(path=where),
            hint=_("Move the folder away, or give another --output."),
        )
    return StorageError(
        _("{path}: cannot be written: {reason}").format(path=where, reason=os_reason(error)),
        hint=_("Check the folder given with --output."),
    )
