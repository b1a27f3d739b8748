"""Owns stdout: one result, written once, and nothing else from anybody.

File descriptor 1 is moved away at the very start and 1 then leads to stderr, so that neither a
stray print nor a C library can spoil the result that a script reads.
"""

import errno
import math
import os
import select
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

from core.clock import iso
from core.text import clean
from core.text.encoding import NEAREST
from core.text.sanitize import clean_tree

_STDOUT, _STDERR = 1, 2
Mask = Callable[[object], object]
"""Hides secrets in every string of a JSON-like value."""


def _unmasked(value: object) -> object:
    return value


@dataclass(frozen=True)
class Fault:
    """Why a run is not good: a kind for scripts, a message and a hint for people.

    several: (message, hint) of each where one fault is made of more.
    """

    kind: str
    message: str
    hint: str = ""
    several: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The end of a run. fields: the job's own keys, as far as they are known."""

    job: str | None
    exit_code: int
    elapsed_s: float
    broker: str | None
    warehouse: str | None
    fault: Fault | None
    fields: Mapping[str, object]

    def record(self, mask: Mask = _unmasked) -> dict[str, object]:
        """Return the object that `--json` prints, every string in it masked and harmless."""
        fault = self.fault
        base: dict[str, object] = {
            "job": self.job,
            "ok": self.exit_code == 0,
            "exit_code": self.exit_code,
            "elapsed_s": round(self.elapsed_s, 3),
            "backend": {"broker": self.broker, "warehouse": self.warehouse},
            "error": fault and {"kind": fault.kind, "message": fault.message, "hint": fault.hint},
        }
        safe = {name: clean_tree(mask(plain(value))) for name, value in base.items()}
        found = clean_tree(mask(plain(self.fields)))
        # The frame's own keys win: no job may hide how its run ended.
        return {**safe, **found, **safe} if isinstance(found, dict) else safe


def plain(value: object) -> object:
    """Return a value as JSON can carry it: money with two decimals, times in UTC, no NaN."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in list(value.items())}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _as_text(value)


def _as_text(value: object) -> object:
    """Return a value that JSON does not know as a string."""
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value.is_finite() else None
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return plain(value.value)
    return value if isinstance(value, str) else _described(value)


def _described(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return clean(value)
    return os.fsdecode(value) if isinstance(value, Path) else str(value)


class Output:
    """Where the result goes. error: why nothing more can be written, None while all is well."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._emitted = False
        self.writing = False
        self.error: OSError | None = None
        if descriptor is None:
            self.error = OSError(errno.EBADF, os.strerror(errno.EBADF))

    @classmethod
    def take_stdout(cls) -> "Output":
        """Take over stdout for good. One that is closed is an error from the start."""
        kept = None
        # Python has no stdout where it began without one; the number may be another file's by now.
        if sys.stdout is not None:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
            with suppress(OSError):
                kept = os.dup(_STDOUT)
        if kept is None:
            return cls(None)
        try:
            os.dup2(_STDERR, _STDOUT)
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDOUT)
        return cls(kept)

    def emit_record(self, outcome: Outcome, mask: Mask = _unmasked) -> None:
        """Write the one JSON object; a second call does nothing.

        Errors: whatever the fields of the outcome raise; then nothing was written.
        """
        import json  # noqa: PLC0415 - help has no use for it

        text = json.dumps(outcome.record(mask), ensure_ascii=False, allow_nan=False)
        if self._emitted:
            return
        self._emitted = True
        self._write(f"{text}\n".encode())

    def show(self, text: str) -> None:
        """Write text for a person, in the encoding of the terminal."""
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self._write(text.encode(encoding, NEAREST))

    def _write(self, data: bytes) -> None:
        """Write all of it; a reader who left is remembered, never raised."""
        if self._descriptor is None or self.error is not None:
            return
        self.writing = True
        rest = memoryview(data)
        try:
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except BlockingIOError:
                    select.select([], [self._descriptor], [])
        except OSError as error:
            self.error = error
        finally:
            self.writing = False
