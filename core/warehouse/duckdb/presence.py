"""Whether the path of the warehouse still names the file that DuckDB has open.

A file that was deleted, moved or replaced goes on taking writes for as long as it is open, and all
of them are gone with the process. So it is looked at before each piece of work, and after each
commit: what is then in no file was never confirmed to anybody.
"""

import os
from contextlib import suppress
from pathlib import Path

import duckdb

from core.errors import WarehouseError
from core.text import _, clean
from core.text.os_errors import os_reason


class Presence:
    """The file as it was when it was opened."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = self._found()

    def check(self) -> None:
        """Fail unless the path names the same file. Errors: WarehouseError, never transient."""
        try:
            reason = _("another file has its place") if self._found() != self._known else ""
        except OSError as error:
            reason = os_reason(error)
        if reason:
            raise WarehouseError(
                _(
                    "the warehouse file {file} was deleted or replaced while in use: {reason}"
                ).format(file=clean(self._file), reason=reason),
                hint=_(
                    "nothing is written any more: end every process that uses it, put the file "
                    "back (without one a new file is made), and start again"
                ),
            )

    def give_up(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Before closing: touch nothing where the file is another one; its log is that one's."""
        try:
            self.check()
        except WarehouseError:
            with suppress(duckdb.Error):
                connection.execute("PRAGMA disable_checkpoint_on_shutdown")

    def _found(self) -> tuple[int, int]:
        found = os.stat(self._file)  # noqa: PTH116 - as quick as can be: it is asked all the time
        return found.st_dev, found.st_ino
