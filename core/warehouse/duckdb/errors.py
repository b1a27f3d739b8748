"""DuckDB's errors as ours, once, where they leave the driver."""

from pathlib import Path

import duckdb

from core.errors import DropshipError, StorageError, WarehouseError, WarehouseHeldError
from core.remedies import EXAMINE, SET_UP
from core.text import _, clean

_FULL = ("no space left", "disk quota", "could not write", "file too large")
_DAMAGED = (
    "not a valid duckdb database",
    "checksum",
    "corrupt",
    "failed to deserialize",
    "deserialization",
    "serialization error",
    "database file version",
    "could not read enough bytes",
)


class OutOfMemoryError(WarehouseError):
    """What was asked for does not fit into the memory that DuckDB may use."""


class InvalidatedError(WarehouseError):
    """DuckDB met an error that it could not undo, and refuses all work until it is opened again.

    Also what was interrupted because another thread met one.
    """


_INVALIDATING = (duckdb.FatalException, duckdb.InternalException)


def invalidates(error: duckdb.Error) -> bool:
    """Return whether DuckDB refuses everything after this error."""
    return isinstance(error, _INVALIDATING)


def translated(error: duckdb.Error, file: Path) -> DropshipError:
    """Return a driver error as ours: full disk, damaged file, or a refusal by the warehouse."""
    reason = clean(str(error).split("\n", 1)[0], 300)
    lowered = symptoms(error, file)
    if any(word in lowered for word in _FULL):
        return StorageError(
            _("cannot write the warehouse {file}: {reason}").format(
                file=clean(file), reason=reason
            ),
            hint=_("make room on the disk and run again: what was confirmed is safe"),
        )
    if _is_damage(error, lowered):
        return damaged(file, reason)
    if isinstance(error, duckdb.OutOfMemoryException):
        return OutOfMemoryError(
            _("warehouse {file}: {reason}").format(file=clean(file), reason=reason),
            hint=_("nothing was changed; give DuckDB more with DUCKDB_MEMORY_LIMIT_MB"),
        )
    if invalidates(error) or isinstance(error, duckdb.InterruptException):
        return InvalidatedError(
            _("warehouse {file}: {reason}").format(file=clean(file), reason=reason),
            hint=_("what was confirmed is safe; the file is opened again"),
            transient=True,
        )
    return WarehouseError(
        _("warehouse {file}: {reason}").format(file=clean(file), reason=reason),
        hint=_("setup creates what is missing"),
        remedies=(EXAMINE, SET_UP),
        transient=isinstance(error, duckdb.TransactionException),
    )


def symptoms(error: duckdb.Error, file: Path) -> str:
    """Return what an error says in small letters, without what it only quotes: path and values."""
    if isinstance(error, (duckdb.DataError, duckdb.IntegrityError)):
        return ""
    return str(error).replace(str(file), "").lower()


def damaged(file: Path, reason: str) -> StorageError:
    """Return the error about a file that is not what DuckDB wrote."""
    return StorageError(
        _("the warehouse file {file} is damaged: {reason}").format(file=clean(file), reason=reason),
        hint=_("it was left as it is: restore a copy, or move it away to start a new one"),
    )


def closed(file: Path) -> StorageError:
    """Return the error about work that comes after the end."""
    return StorageError(
        _("the warehouse file {file} is closed").format(file=clean(file)),
        hint=_("it was closed while this was under way; what was confirmed is safe"),
    )


def _is_damage(error: duckdb.Error, lowered: str) -> bool:
    return isinstance(error, duckdb.SerializationException) or any(
        word in lowered for word in _DAMAGED
    )


def open_error(error: duckdb.Error, file: Path) -> DropshipError:
    """Return why a file cannot be opened, as ours."""
    reason = clean(str(error).split("\n", 1)[0], 300)
    if "conflicting lock" in symptoms(error, file):
        return WarehouseHeldError(
            _("the warehouse {file} is in use: {reason}").format(file=clean(file), reason=reason),
            hint=_("end that process, or choose another --data-dir"),
        )
    if "wal does not match" in symptoms(error, file):
        return StorageError(
            _("cannot open the warehouse {file}: {reason}").format(file=clean(file), reason=reason),
            hint=_("{log} belongs to another file: put that one back, or move the log away").format(
                log=clean(file.name + ".wal")
            ),
        )
    known = translated(error, file)
    if isinstance(known, StorageError):
        return known
    if invalidates(error):
        return damaged(file, reason)
    return StorageError(
        _("cannot open the warehouse {file}: {reason}").format(file=clean(file), reason=reason),
        hint=_("it was left as it is: check the path and its permissions, or restore a copy"),
    )
