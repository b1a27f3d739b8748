"""What a console remembers of its last session, in one file of the data directory.

The file belongs to the data directory: another pipeline has another last pane and other commands.
It holds no secret: a command with the value of one is not kept. A damaged part costs that part; a
file of a later version is neither read nor written over.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from core.config.secrets import is_secret_name
from core.config.settings import Paths
from core.files import replace_file
from core.text import clean

VERSION = 1
MOST_COMMANDS = 100
_LONGEST, _MOST_FILTERS, _MOST_BYTES = 400, 50, 1_000_000

Option = str | int | float | bool | None


class ListOrder(msgspec.Struct, frozen=True):
    """How the rows of a list are arranged: by which column, which way, without which columns.

    Columns are told by their names, which no language changes; None: the rows are as they come.
    """

    column: str | None = None
    descending: bool = False
    hidden: tuple[str, ...] = ()


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered. Empty: nothing.

    pane, filters: by the names of panes. range_s: seconds that charts show. commands: what was
    typed behind `:`, the last one last. options: of forms, by pane and field. orders: of lists, by
    their names.
    """

    version: int = VERSION
    theme: str = ""
    language: str = ""
    pane: str = ""
    range_s: int = 0
    filters: Mapping[str, str] = {}
    commands: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Option]] = {}
    orders: Mapping[str, ListOrder] = {}


class Memory:
    """Reads the file once and writes it with each change; a lost one is no error."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writes = True
        self.now = self._read()

    def remember(self, **changes: Any) -> None:
        """Keep something else; a folder that cannot be written costs the memory alone."""
        wanted = msgspec.structs.replace(self.now, **changes)
        kept = msgspec.structs.replace(
            wanted,
            commands=tuple(one for one in wanted.commands if _harmless(one))[-MOST_COMMANDS:],
            filters=dict(list(wanted.filters.items())[:_MOST_FILTERS]),
        )
        if kept == self.now:
            return
        self.now = kept
        if not self._writes:
            return
        text = msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n"
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, text, mode=0o600)

    @property
    def has_folder(self) -> bool:
        """Whether the data directory is there: nothing is made only to remember a pane."""
        return self._file.parent.is_dir()

    def _read(self) -> Remembered:
        """Return what is in the file, as far as it can be understood."""
        try:
            with self._file.open("rb") as file:
                found = msgspec.json.decode(file.read(_MOST_BYTES))
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return Remembered()
        if not isinstance(found, dict):
            return Remembered()
        version = found.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            self._writes = False
            return Remembered()
        return _understood(found)


def memory_of(paths: Paths) -> Memory:
    """Return what is remembered of a data directory."""
    return Memory(paths.data / "console.json")


def _understood(found: Mapping[str, object]) -> Remembered:
    """Return the parts that have their types, each on its own."""
    parts: dict[str, Any] = {}
    for field in msgspec.structs.fields(Remembered):
        if field.name in found and field.name != "version":
            with suppress(msgspec.ValidationError):
                parts[field.name] = msgspec.convert(found[field.name], field.type)
    texts = {name: _short(text) for name, text in parts.get("filters", {}).items()}
    commands = tuple(_short(one) for one in parts.get("commands", ()))
    return Remembered(**(parts | {"filters": texts, "commands": commands[-MOST_COMMANDS:]}))


def _short(text: str) -> str:
    return clean(text, _LONGEST)


def _harmless(command: str) -> bool:
    """Whether a command can be kept: it sets no secret."""
    name, _space, value = command.removeprefix("set ").strip().partition(" ")
    return not (value.strip() and is_secret_name(name.partition("=")[0]))
