"""Which rows of a table are on the screen, and which of them the cursor is on.

Nothing of a screen is in it: `tui.widgets.rows_view` draws what it holds.
"""

from tui.row_table import Row, RowTable, filtered


class RowCursor:
    """Rows that pass a filter, a window on them and a cursor, known by the key of its row.

    The cursor goes with its row while rows come and go. A table that follows an end shows that end
    until the cursor is moved; a row that leaves the window then is chosen no more.
    """

    def __init__(self) -> None:
        self.table = RowTable((), ())
        self.rows: tuple[Row, ...] = ()
        self.filter = ""
        self.sought = ""
        """Words of the rows that `seek` goes to, while all rows stay."""
        self.place: int | None = None
        """Which row the cursor is on; None while none is chosen, or the chosen one is gone."""
        self.top = 0
        """The first row of the window."""
        self._forget()

    def _forget(self) -> None:
        self._chosen: Row | None = None
        self._last_place = 0
        self._fresh = self._following = True

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None while none is chosen, or the chosen one is gone."""
        return None if self.place is None else self._chosen

    @property
    def gone(self) -> Row | None:
        """The row that was under the cursor until it left the table."""
        return self._chosen if self.place is None else None

    def start_over(self) -> None:
        """Forget table, cursor and window: another table follows. The filter stays."""
        self.table = RowTable((), ())
        self.place, self.top = None, 0
        self._forget()

    def take(self, table: RowTable) -> None:
        """Take another content."""
        self.table = table
        self._refill()

    def narrow(self, text: str) -> None:
        """Let only rows with every word of a text pass; the row found stays when it ends."""
        ended = bool(self.filter) and not text
        self.sought = ""
        self.filter = text
        self._refill()
        if ended and self.place:
            self._following = False

    @property
    def matches(self) -> list[int]:
        """Where the rows with every word that is sought are."""
        words = self.sought.lower().split()
        return [place for place, row in enumerate(self.rows) if words and row.matches(words)]

    def seek(self, step: int) -> bool:
        """Go to the next row with what is sought, or the one before; from an end to the other.

        A filter ends: its words are what is sought from now on. Returns whether there is a row.
        """
        if self.filter:
            words = self.filter
            self.narrow("")
            self.sought = words
        found = self.matches
        if not found:
            return False
        here = self.place if self.place is not None else -1 if step > 0 else len(self.rows)
        on = [place for place in found if (place > here if step > 0 else place < here)]
        ahead = on or found
        self.put(ahead[0] if step > 0 else ahead[-1])
        return True

    def move(self, step: int) -> None:
        """Go so many rows on; it stays at the ends. Without a cursor, choose a row."""
        self.put(self._first_place() if self.place is None else self.place + step)

    def move_to_end(self, *, last: bool) -> None:
        """Go to the first or the last row, and follow the table there."""
        self.put(len(self.rows) if last else 0)
        self._following = self.table.follow == ("last" if last else "first")

    def point_at(self, key: str) -> bool:
        """Go to the row of a key; return whether there is one."""
        place = self._place_of(key)
        if place is not None:
            self.put(place)
        return place is not None

    def put(self, place: int) -> None:
        """Go to the row at a place, or to the nearest one."""
        if not self.rows:
            return
        self._following = self._fresh = False
        self._set(min(max(place, 0), len(self.rows) - 1))

    def _set(self, place: int) -> None:
        """Take a row as the chosen one; there is none in an empty table."""
        self.place = place if self.rows else None
        self._chosen = self.rows[place] if self.rows else None
        self._last_place = max(place, 0)

    def _place_of(self, key: str) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.key == key), None)

    @property
    def follows(self) -> bool:
        """Whether an end of the table is shown, whatever comes."""
        return self._following and bool(self.table.follow)

    def _first_place(self) -> int:
        """Return where a cursor appears: at the end that is followed, or where it was last."""
        if not self._following:
            return self._last_place
        return len(self.rows) - 1 if self.table.follow == "last" else 0

    def _refill(self) -> None:
        """Filter anew and find the chosen row again, on the line of the screen where it was."""
        at, chosen = self.place, self._chosen
        self.rows = filtered(self.table.rows, self.filter)
        if self._fresh:
            if self.rows:
                self._fresh = False
                self._set(self._first_place())
            return
        if chosen is None:
            return
        place = self._place_of(chosen.key)
        if place is not None:
            self._set(place)
            self.top = max(self.top + place - (place if at is None else at), 0)
        elif at is not None and any(row.key == chosen.key for row in self.table.rows):
            # Only the filter leaves it out.
            self._set(min(at, len(self.rows) - 1))
            self._fresh = not self.rows
        else:
            self.place = None
            if self.follows:
                self._chosen = None

    def fit(self, room: int) -> None:
        """Choose so many rows for the window: those at the end followed, or around the cursor."""
        last_top = max(len(self.rows) - room, 0)
        if self.follows:
            self.top = last_top if self.table.follow == "last" else 0
            if self._outside(room):
                self.place = self._chosen = None
        elif self.place is not None and self._outside(room):
            self.top = self.place if self.place < self.top else self.place - room + 1
        self.top = min(self.top, last_top)

    def _outside(self, room: int) -> bool:
        """Whether the window leaves the cursor out."""
        return self.place is not None and not self.top <= self.place < self.top + room
