"""The answer key: one JSON line for each record that fault injection really published."""

import json
import logging
from pathlib import Path
from typing import TextIO

from core.errors import StorageError
from core.producer.fault_injection import Fault
from core.text import _, clean
from core.text.os_errors import os_reason

_log = logging.getLogger(__name__)


class FaultLog:
    """The file `<folder>/<run>.jsonl`, made when the first fault is written.

    id_key: how a line calls the id of a record. deletes: whether there can be any. counts: injected
    records so far by kind.
    Errors: StorageError naming the file.
    """

    def __init__(self, folder: Path, run: str, id_key: str, *, deletes: bool = False) -> None:
        self._id_key = id_key
        self.path = folder / f"{run}.jsonl"
        self.counts: dict[str, int] = {"duplicates": 0, "late": 0, "poison": 0}
        if deletes:
            self.counts["deletes"] = 0
        self._file: TextIO | None = None

    def open(self) -> None:
        """Make the file, so that a run without a single hit leaves an empty key, too."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("x", encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, faults: list[Fault], timestamp: str) -> None:
        """Add the faults that went out with this publishing time."""
        if self._file is None or not faults:
            return
        try:
            for fault in faults:
                self.counts[fault.kind] += 1
                line = {
                    "kind": fault.kind,
                    self._id_key: fault.id,
                    **fault.detail,
                    "timestamp": timestamp,
                }
                self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Close the file. Errors: StorageError."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except OSError as error:
            raise self._unwritable(error) from error
        _log.info("injected faults are listed in %s", clean(self.path))

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(
            _("cannot write the injection log {file}: {reason}").format(
                file=clean(self.path), reason=os_reason(error)
            ),
            hint=_("make room, or choose another --data-dir"),
        )
