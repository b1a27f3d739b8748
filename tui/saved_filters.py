"""Filters under a name, kept in the data directory: one file, each list with filters of its own."""

import json
from pathlib import Path

from core.errors import UsageError
from core.files import cannot_write, replace_file
from core.text import _, clean

FILE = "filters.json"
_LONGEST_NAME = 40
_MOST = 100


class SavedFilters:
    """Filters of lists by name. A file that cannot be read counts as none."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def of(self, where: str) -> dict[str, str]:
        """Return the filters of a list, by name."""
        return self._all().get(where, {})

    def save(self, where: str, name: str, words: str) -> None:
        """Keep a filter. Errors: UsageError without name or words; StorageError."""
        name = clean(name.strip(), _LONGEST_NAME)
        if not name or not words.strip():
            raise UsageError(_("there is no filter to save, or no name for it"))
        every = self._all()
        kept = {**every.get(where, {}), name: words.strip()}
        every[where] = dict(list(kept.items())[-_MOST:])
        self._write(every)

    def delete(self, where: str, name: str) -> None:
        """Forget a filter. Errors: UsageError where there is none of that name; StorageError."""
        self.words(where, name)
        every = self._all()
        every[where] = {known: text for known, text in self.of(where).items() if known != name}
        self._write(every)

    def words(self, where: str, name: str) -> str:
        """Return a filter by its name. Errors: UsageError."""
        known = self.of(where)
        if name not in known:
            raise UsageError(
                _("there is no saved filter {name}; saved: {names}").format(
                    name=clean(name, _LONGEST_NAME), names=", ".join(sorted(known)) or "-"
                )
            )
        return known[name]

    def _all(self) -> dict[str, dict[str, str]]:
        try:
            read = json.loads(self._file.read_text(encoding="utf-8"))
            return {
                str(where): {clean(name, _LONGEST_NAME): clean(text) for name, text in one.items()}
                for where, one in read.items()
            }
        except (OSError, ValueError, AttributeError):
            return {}

    def _write(self, every: dict[str, dict[str, str]]) -> None:
        with cannot_write(self._file, _("name a file in a folder that exists and has room")):
            replace_file(self._file, json.dumps(every, indent=1).encode(), mode=0o600)
