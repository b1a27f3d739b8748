"""Events of any pipeline from a CSV file, whose header names paths or columns of the definition."""

from collections.abc import Iterator
from pathlib import Path

from core.pipeline.cells import cell_json
from core.pipeline.types import FieldType
from core.producer.events.template import EventTemplate
from core.producer.events.validator import EventValidator
from core.producer.sources import Block
from core.text import _, clean
from core.textfiles.csv_records import RejectedRow, Scan
from core.textfiles.text_file import CsvText, Quick, Told

_NOTHING = "null"


class EventsCsv:
    """A CSV file being read; see `EventFile`. Errors: InputError naming the file and its line.

    A cell without text is no value. An event type of which there is but one, and the event's time,
    may be left out of the file: the time is then that of publishing.
    """

    def __init__(self, path: Path, judge: EventValidator, told: Told) -> None:
        definition = self._definition = judge.definition
        self._judge = judge
        self._text = CsvText(path, told)
        try:
            places = self._places(self._text.names)
        except BaseException:
            self._text.close()
            raise
        time = definition.event.time
        self._template = EventTemplate(definition, stamped=time is not None and time not in places)
        self._fields = [self._field(path, places) for path in self._template.paths]
        self._key = self._template.paths.index(definition.event.key)

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when it is unknown."""
        return self._text.fraction

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def blocks(self) -> Iterator[Block]:
        """Yield the events block by block; memory stays at a few blocks."""
        for piece in self._text.pieces():
            if not isinstance(piece, Quick):  # nothing is split in Arrow here
                yield self._block(piece)

    def _block(self, found: Scan) -> Block:
        lines: list[int] = []
        keys: list[bytes] = []
        values: list[tuple[bytes, bytes | None]] = []
        rejected = found.rejected
        for line, record in found.records:
            try:
                cells = [cell.decode() for cell in record]
                values.append(self._template.fill([field.read(cells) for field in self._fields]))
            except UnicodeDecodeError:
                rejected.append(RejectedRow(line, _("not UTF-8")))
            except ValueError as error:
                rejected.append(RejectedRow(line, str(error)))
            else:
                lines.append(line)
                keys.append(cells[self._fields[self._key].place or 0].encode())
        return self._judge.block(lines, keys, values, rejected)

    def _field(self, path: str, places: dict[str, int]) -> "_Field":
        field = self._definition.fields[path]
        place = places.get(path)
        fixed = _NOTHING
        if place is None and len(only := self._definition.allowed(path)) == 1:
            fixed = cell_json(str(only[0]), field.type)
        name = path if place is None else self._text.names[place]
        takes_empty = field.required and field.type.kind == "text"
        return _Field(name, place, field.type, fixed, field.required, takes_empty)

    def _places(self, names: list[str]) -> dict[str, int]:
        """Return where the file has each field; those that may be absent need not be there."""
        definition = self._definition
        known: dict[str, tuple[str, ...]] = {}
        for path, field in definition.fields.items():
            column = field.column_at(path)
            known[path] = (path,) if column is None else (path, column)
        places = {
            path: names.index(name)
            for path, both in known.items()
            for name in reversed(both)
            if name in names
        }
        missing = [
            path
            for path, field in definition.fields.items()
            if field.required and path not in places and not self._known_without(path)
        ]
        if missing:
            wanted = {name for both in known.values() for name in both}
            raise self._text.lacking(missing, definition.fields, wanted)
        self._text.refuse_doubled(
            path for path, both in known.items() if sum(map(names.count, dict.fromkeys(both))) > 1
        )
        return places

    def _known_without(self, path: str) -> bool:
        """Return whether a required field need not be in the file."""
        event = self._definition.event
        return path == event.time or (
            path == event.type and len(self._definition.allowed(path)) == 1
        )


class _Field:
    """One value of the events. place: of its cell, None where the file has none: then `fixed`."""

    def __init__(  # noqa: PLR0917 - said once, above
        self,
        name: str,
        place: int | None,
        kind: FieldType,
        fixed: str,
        required: bool,
        takes_empty: bool,
    ) -> None:
        self.place = place
        self._name = clean(name, 80)
        self._kind = kind
        self._fixed = fixed
        self._required = required
        self._takes_empty = takes_empty

    def read(self, cells: list[str]) -> str:
        """Return the JSON value of its cell. Errors: ValueError with the reason."""
        if self.place is None:
            return self._fixed
        cell = cells[self.place]
        if not cell and not self._required:
            return _NOTHING
        if not cell and not self._takes_empty:
            raise ValueError(_("{column} is empty").format(column=self._name))
        try:
            return cell_json(cell, self._kind)
        except ValueError as error:
            told = _("{column}: {cell}: {reason}")
            raise ValueError(
                told.format(column=self._name, cell=repr(clean(cell, 60)), reason=error)
            ) from None
