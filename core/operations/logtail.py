"""The end of this process's log in memory, for a screen; the file keeps everything."""

import json
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import Any

from core.config.secrets import Redactor
from core.text import clean
from core.text.sanitize import clean_tree

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_OWN = frozenset({"file_only"})


@dataclass(frozen=True)
class LogEntry:
    """One record, masked and harmless. number: grows by one a record. trace: its lines."""

    number: int
    at: datetime
    level: str
    severity: int
    logger: str
    thread: str
    message: str
    fields: tuple[tuple[str, str], ...] = ()
    trace: tuple[str, ...] = ()


class LogTail(logging.Handler):
    """Keeps the last records of the root logger between `begin` and `end`."""

    def __init__(self, redact: Redactor, *, size: int = 1_000) -> None:
        super().__init__()
        self._redact = redact
        self._entries: deque[LogEntry] = deque(maxlen=size)
        self._numbers = count()
        self._guard = Lock()
        self._taken: tuple[int, tuple[LogEntry, ...]] = (-1, ())

    def begin(self) -> None:
        """Take every record from now on."""
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        """Take no more records."""
        logging.getLogger().removeHandler(self)

    @property
    def latest(self) -> tuple[LogEntry, ...]:
        """The records kept, oldest first; the same object while nothing is new."""
        with self._guard:
            newest = self._entries[-1].number if self._entries else -1
            if newest != self._taken[0]:
                self._taken = (newest, tuple(self._entries))
            return self._taken[1]

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record; what fails here must not disturb the work."""
        with suppress(Exception):
            entry = self._entry(record)
            with self._guard:
                self._entries.append(entry)

    def _entry(self, record: logging.LogRecord) -> LogEntry:
        extras = {
            key: value
            for key, value in vars(record).items()
            if key not in _STANDARD and key not in _OWN
        }
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        return LogEntry(
            number=next(self._numbers),
            at=datetime.fromtimestamp(record.created, UTC),
            level=record.levelname,
            severity=record.levelno,
            logger=clean(record.name, 200),
            thread=clean(record.threadName or "", 100),
            message=clean(self._redact(record.getMessage()), 20_000),
            fields=tuple(self._field(key, value) for key, value in extras.items()),
            trace=tuple(clean(line) for line in self._redact(trace).split("\n") if line),
        )

    def _field(self, name: str, value: Any) -> tuple[str, str]:
        plain = json.loads(json.dumps(value, default=str, skipkeys=True))
        safe = clean_tree(self._redact.tree(plain))
        text = safe if isinstance(safe, str) else json.dumps(safe, ensure_ascii=False)
        return clean(name, 100), text
