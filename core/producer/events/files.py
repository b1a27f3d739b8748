"""Which file of a pipeline is replayed, and what kind of file it is."""

from pathlib import Path

from core.errors import InputError
from core.producer.events.csv_file import EventsCsv
from core.producer.events.json_lines import JsonLines
from core.producer.events.validator import EventValidator
from core.producer.sources import EventFile
from core.text import _, clean
from core.textfiles.text_file import Told

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
ENDINGS = (".csv", ".jsonl", ".ndjson")
"""Of the files that are looked for in a folder, in this order."""


def open_events(path: Path, name: str, judge: EventValidator) -> EventFile:
    """Open the events of a pipeline: a file, or `<name>.csv|.jsonl|.ndjson` of a folder.

    Errors: InputError.
    """
    file = _found(path, name)
    kind = JsonLines if is_json_lines(file) else EventsCsv
    return kind(file, judge, _told())


def is_json_lines(file: Path) -> bool:
    """Return whether a file holds JSON lines: by its ending, else by its first sign."""
    if file.suffix.lower() in JSON_ENDINGS:
        return True
    if file.suffix.lower() == ".csv" or not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            return opened.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError:
        return False


def _found(path: Path, name: str) -> Path:
    if path.suffix.lower() in {*ENDINGS, *JSON_ENDINGS} and not path.is_dir():
        return path
    if path.exists() and not path.is_dir():
        return path
    names = [name + ending for ending in ENDINGS]
    for each in names:
        if (path / each).exists():
            return path / each
    raise InputError(
        _("no events to replay in {folder}: there is none of {names}").format(
            folder=clean(path), names=", ".join(names)
        ),
        hint=_("put one of them there, name a file with --input, or use --mode stream"),
    )


def _told() -> Told:
    return Told(
        unreadable=_("cannot read events from {file}: {reason}"),
        make=_("name a file with --input, or use --mode stream"),
        directory=_("name a file of CSV or JSON lines"),
        empty=_("name a file with --input, or use --mode stream"),
    )
