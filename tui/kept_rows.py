"""Rows of records, kept from one look to the next, and made a piece at a time.

A record of fifty kilobytes takes a third of a millisecond to be read. A page of five hundred in one
turn would keep every key waiting.
"""

from collections.abc import Callable, Sequence

from core.operations.tail_record import TailRecord
from tui.row_table import Row

_PIECE_BYTES = 1_000_000
_EACH_BYTES = 1_500
"""What a record takes beside its bytes, as so many bytes."""


class KeptRows:
    """Rows of one list. left: records that have no row yet."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._like: object = None
        self.left = 0

    def of(
        self, records: Sequence[TailRecord], make: Callable[[TailRecord], Row], like: object
    ) -> list[Row]:
        """Return the rows of the first records, as many as are there after one piece more.

        like: what rows are made of beside their records; those of another are made anew.
        """
        before = self._rows if like == self._like else {}
        self._rows, self._like = {}, like
        self.left, room = 0, _PIECE_BYTES
        found: list[Row] = []
        for record in records:
            name = place_of(record)
            row = before.get(name)
            if row is not None and row.source is record:
                self._rows[name] = row
            elif room > 0:
                room -= len(record.value or b"") + len(record.text or b"") + _EACH_BYTES
                row = self._rows[name] = make(record)
            else:
                self.left += 1
                continue
            if not self.left:
                found.append(row)
        return found


def rows_of(
    records: Sequence[TailRecord],
    make: Callable[[TailRecord], Row],
    kept: KeptRows | None,
    like: object,
) -> list[Row]:
    """Return the rows of records: all of them, or those that `kept` has after one piece more."""
    return [make(record) for record in records] if kept is None else kept.of(records, make, like)


def place_of(record: TailRecord) -> str:
    """Return where a record lies: what its row is known by."""
    return f"{record.partition}/{record.offset}"
