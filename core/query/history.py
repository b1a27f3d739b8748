"""The statements that were run, newest last, in a file of the data directory that only we read."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from core.files import replace_file

_KEPT = 500
_LONGEST = 100_000


class QueryHistory:
    """Reads the file once and writes it with each statement; a lost one is no error."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._statements: list[str] | None = None

    @property
    def statements(self) -> Sequence[str]:
        """What was run, oldest first."""
        if self._statements is None:
            self._statements = self._read()
        return self._statements

    def add(self, statement: str) -> None:
        """Keep a statement; one that was run before goes to the end."""
        text = statement.strip()
        if not text or len(text) > _LONGEST:
            return
        others = [one for one in self.statements if one != text]
        self._statements = [*others, text][-_KEPT:]
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in self._statements)
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, lines.encode("utf-8", "replace"), mode=0o600)

    def _read(self) -> list[str]:
        found = []
        with suppress(OSError, UnicodeDecodeError):
            for line in self._file.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    text = json.loads(line)
                    if isinstance(text, str):
                        found.append(text)
        return found[-_KEPT:]
