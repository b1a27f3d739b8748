"""DuckDB's errors as ours, once, where they leave the driver."""

from pathlib import Path

import duckdb

from core.errors import DropshipError, StorageError, WarehouseError
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


class NoRoomError(WarehouseError):
    """What was asked for does not fit into the memory that DuckDB may use now."""


def translated(error: duckdb.Error, file: Path) -> DropshipError:
    """Return a driver error as ours: full disk, damaged file, or a refusal by the warehouse."""
    reason = clean(str(error).split("\n", 1)[0], 300)
    lowered = str(error).lower()
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
        return NoRoomError(
            _("warehouse {file}: {reason}").format(file=clean(file), reason=reason),
            hint=_("end what else uses memory on this machine, and run again"),
        )
    return WarehouseError(
        _("warehouse {file}: {reason}").format(file=clean(file), reason=reason),
        hint=_("run `dropship --run doctor`; `--run setup` creates what is missing"),
        transient=isinstance(error, duckdb.TransactionException),
    )


def damaged(file: Path, reason: str) -> StorageError:
    """Return the error about a file that is not what DuckDB wrote."""
    return StorageError(
        _("the warehouse file {file} is damaged: {reason}").format(file=clean(file), reason=reason),
        hint=_("it was left as it is: restore a copy, or move it away to start a new one"),
    )


def _is_damage(error: duckdb.Error, lowered: str) -> bool:
    kinds = (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
    return isinstance(error, kinds) or any(word in lowered for word in _DAMAGED)
