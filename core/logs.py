"""The log: JSON lines in a rotating file for machines, single lines for the person who watches.

Every message, extra field and traceback passes the mask for secrets and `clean`. Several processes
of one data directory write the same file: each line is one append, and whoever rotates holds a
lock while the others notice that the file moved.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

from core import threads
from core.clock import iso
from core.config.secrets import Redactor
from core.text import _, clean
from core.text.os_errors import os_reason
from core.text.sanitize import clean_tree, mask_with

MAX_BYTES = 5_000_000
BACKUPS = 5
_TRACE_LINES = 200
FILE_ONLY = {"file_only": True}
"""`extra=` of a record that the person learns in another way."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

log = logging.getLogger(__name__)


KAFKA_CLIENTS = "dropship.kafka"
"""Name of the logger that every Kafka client gets."""


def start_logging(
    file: Path,
    *,
    level: str,
    redact: Redactor,
    show: Callable[[str, str], None],
    show_level: int = logging.WARNING,
) -> bool:
    """Send every logger's records to a file and to a person; return whether the file is open.

    From then on `clean` hides secrets too, so that screens are as safe as the log.
    level: the lowest that goes into the file. show: takes the level's name and one safe line, and
    gets records from `show_level` up. A file that cannot be written is said once, as a warning.
    """
    root = logging.getLogger()
    stop_logging()
    mask_with(redact)
    root.setLevel(min(logging.getLevelNamesMapping()[level], show_level))
    person = _ShownLines(show, redact)
    person.setLevel(show_level)
    root.addHandler(person)
    logging.captureWarnings(capture=True)
    threading.excepthook = threads.excepthook
    try:
        handler = _open_file(file)
    except OSError as error:
        log.warning(
            _("no log is kept: {file}: {reason}").format(file=clean(file), reason=os_reason(error))
        )
        return False
    handler.setLevel(level)
    handler.setFormatter(_SafeJson(redact))
    root.addHandler(handler)
    return True


def stop_logging() -> None:
    """Close what `start_logging` opened."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, (_SharedFile, _ShownLines)):
            root.removeHandler(handler)
            with suppress(OSError):
                handler.close()
    logging.captureWarnings(capture=False)
    mask_with(None)
    threading.excepthook = threading.__excepthook__


def _open_file(path: Path) -> "_SharedFile":
    path.parent.mkdir(parents=True, exist_ok=True)
    return _SharedFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")


def _safe_lines(text: str, redact: Redactor) -> str:
    lines = redact(text).split("\n")
    if len(lines) > _TRACE_LINES:
        half = _TRACE_LINES // 2
        lines = [*lines[:half], "...", *lines[-half:]]
    return "\n".join(clean(line) for line in lines)


class _SharedFile(RotatingFileHandler):
    """A rotating file that only its owner may read and several processes may write."""

    _failed = False

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(
            self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        with suppress(OSError):
            os.fchmod(descriptor, 0o600)
        return open(  # noqa: PTH123 - the handler closes it
            descriptor, "w", encoding=self.encoding, errors="replace"
        )

    def shouldRollover(  # noqa: N802 - logging's name
        self,
        record: logging.LogRecord,  # noqa: ARG002 - logging's signature
    ) -> int:
        """Return whether the file is full, after following a rotation by another process."""
        if self.stream is None:
            self.stream = self._open()
        if self._moved(self.stream):
            self.stream.close()
            self.stream = self._open()
        return int(os.fstat(self.stream.fileno()).st_size >= self.maxBytes > 0)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Rotate, unless another process does or did; then go on with what is there."""
        # Not waited for: every thread that logs meanwhile would wait along, a screen's too.
        with suppress(Timeout), FileLock(f"{self.baseFilename}.lock", blocking=False):
            if self.stream is not None and not self._moved(self.stream):
                super().doRollover()

    def handleError(  # noqa: N802 - logging's name
        self,
        record: logging.LogRecord,  # noqa: ARG002 - logging's signature
    ) -> None:
        """Say once that the log cannot be written (disk full); the work goes on.

        The file is opened anew for the next record, so that the log goes on once there is room.
        """
        reason = sys.exc_info()[1]
        stream, self.stream = self.stream, None
        with suppress(OSError):
            if stream is not None:
                stream.close()
        if self._failed:
            return
        self._failed = True
        with suppress(Exception):
            log.warning(
                _("the log is incomplete: {file}: {reason}").format(
                    file=clean(self.baseFilename), reason=clean(reason, 200)
                )
            )

    def _moved(self, stream: TextIOWrapper) -> bool:
        """Return whether the path no longer names the open file."""
        try:
            there = Path(self.baseFilename).stat()
        except OSError:
            return True
        here = os.fstat(stream.fileno())
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)


class _SafeJson(JsonFormatter):
    """One JSON object a line: time (UTC), level, logger, thread, message, the extras."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__(
            ["levelname", "name", "threadName", "process", "message"],
            rename_fields={"levelname": "level", "name": "logger", "threadName": "thread"},
            json_ensure_ascii=False,
        )
        self._redact = redact

    def add_fields(
        self, log_data: LogData, record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Put the time first."""
        log_data["time"] = iso(datetime.fromtimestamp(record.created, UTC))
        super().add_fields(log_data, record, message_dict)

    def process_log_record(self, log_data: LogData) -> LogData:
        """Mask and clean every string; a traceback keeps its lines."""
        traces = {
            name: _safe_lines(str(log_data.pop(name)), self._redact)
            for name in ("exc_info", "stack_info")
            if log_data.get(name)
        }
        log_data.pop("file_only", None)
        # Through JSON first: an extra may be any object, and its text counts too.
        plain = json.loads(json.dumps(log_data, default=str, skipkeys=True))
        safe = clean_tree(self._redact.tree(plain))
        return {**safe, **traces} if isinstance(safe, dict) else traces


class _ShownLines(logging.Handler):
    """Hands each record to a person's screen as one line."""

    def __init__(self, show: Callable[[str, str], None], redact: Redactor) -> None:
        super().__init__()
        self._show = show
        self._redact = redact

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record; what fails here must not disturb the work."""
        if getattr(record, "file_only", False) or record.name == KAFKA_CLIENTS:
            # What librdkafka tells of every connection attempt is for the file: what matters to
            # a person comes from the workers, in their words.
            return
        with suppress(Exception):
            extras = [f"{key}={vars(record)[key]}" for key in vars(record) if key not in _STANDARD]
            # The file keeps the English message, which tools look for; a person reads their own.
            told = _(str(record.msg)) % record.args if record.args else _(str(record.msg))
            text = told + (f" ({', '.join(extras)})" if extras else "")
            self._show(record.levelname, clean(self._redact(text)))
