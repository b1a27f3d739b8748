"""The errors a person can meet, and the exit code each one ends with.

    DropshipError
    ├── UsageError             2  an option that cannot be used
    ├── ConfigError            2  a setting or a file of settings is wrong
    ├── InputError             2  an input file that cannot be used at all
    ├── StorageError           1  disk full, no permission, file damaged
    ├── BrokerError            3  the broker is out of reach or refuses
    │   └── RegistryError      3  the schema registry is, or does not know a schema (core.registry)
    ├── WarehouseError         3  the warehouse is out of reach or refuses
    │   ├── WarehouseHeldError 3  another process holds the warehouse file
    │   └── FencedError        3  another consumer wrote this partition meanwhile
    ├── CancelledError         1  somebody ended the work before it was done
    └── DataLossError          1  the broker no longer has what it promised

Driver exceptions are turned into one of these once, at the boundary (broker, warehouse, files).
Everything else that escapes is a defect of ours and ends with 4.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar

from core.remedies import Remedy, outside


class ExitCode(IntEnum):
    """Exit codes of `dropship`; scripts rely on them."""

    OK = 0
    BAD_RESULT = 1
    USAGE = 2
    UNREACHABLE = 3
    INTERNAL = 4
    SIGINT = 130
    SIGTERM = 143


class DropshipError(Exception):
    """An error with a message for the person and a way to fix it.

    message: one line, what is wrong and where. hint: one line, how to fix it, with the commands of
    the remedies; advice: the same without them. transient: trying the same again later may succeed.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BAD_RESULT

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        transient: bool = False,
        remedies: Sequence[Remedy] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = hint
        self.remedies = tuple(remedies)
        self.hint = outside(self.remedies, hint)
        self.transient = transient


class UsageError(DropshipError):
    """An option of the command line that cannot be used."""

    kind = "usage"
    exit_code = ExitCode.USAGE


class ConfigError(DropshipError):
    """A setting, or a file of settings, is wrong."""

    kind = "config"
    exit_code = ExitCode.USAGE


class InputError(DropshipError):
    """An input file cannot be used at all (single bad rows are rejected and counted instead)."""

    kind = "input"
    exit_code = ExitCode.USAGE


class StorageError(DropshipError):
    """A file of ours cannot be written or read: disk full, permission, damage."""

    kind = "storage"
    exit_code = ExitCode.BAD_RESULT


class BrokerError(DropshipError):
    """The broker is out of reach or refuses."""

    kind = "broker"
    exit_code = ExitCode.UNREACHABLE


class WarehouseError(DropshipError):
    """The warehouse is out of reach or refuses."""

    kind = "warehouse"
    exit_code = ExitCode.UNREACHABLE


class WarehouseHeldError(WarehouseError):
    """Another process holds the warehouse file."""

    kind = "warehouse_held"


class FencedError(WarehouseError):
    """The stored offset is no longer the one this consumer started from; nothing was written."""

    kind = "fenced"


class DataLossError(DropshipError):
    """The broker no longer has records it had acknowledged."""

    kind = "data_loss"
    exit_code = ExitCode.BAD_RESULT


class CancelledError(DropshipError):
    """Somebody ended the work before it was done; the message says how far it came."""

    kind = "cancelled"
    exit_code = ExitCode.BAD_RESULT
