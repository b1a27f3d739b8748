"""An editor for one SQL statement: its words in colour, and what may follow under Tab.

The colours come from our own reading of the statement (`core.warehouse.reading`): a grammar that is
compiled for each platform would be a large thing for a few kinds of words.
"""

from collections.abc import Callable, Mapping, Sequence

from rich.style import Style
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from core.query.completion import KEYWORDS, Completion, complete
from core.warehouse.reading import BEGINNINGS, tokens

_WORDS = frozenset(KEYWORDS) | frozenset(BEGINNINGS)
_STYLES = {
    "keyword": Style(bold=True, color="bright_blue"),
    "string": Style(color="green"),
    "number": Style(color="magenta"),
    "comment": Style(dim=True, italic=True),
    "name": Style(color="cyan"),
}


class SqlEditor(TextArea):
    """A text area for SQL. names: tables and their columns, as far as they are known."""

    class Completing(Message):
        """What may follow has changed."""

    def __init__(self, text: str, names: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        self._names = names
        self.offered = Completion(0, ())
        super().__init__(text, soft_wrap=True, tab_behavior="focus", id="sql-editor")
        self.register_theme(TextAreaTheme("sql", syntax_styles=_STYLES))
        self.theme = "sql"

    def _build_highlight_map(self) -> None:
        """Give the pieces of the statement their names; columns count in bytes."""
        super()._build_highlight_map()
        row, before = 0, ""
        for token in tokens(self.text):
            name = token.kind
            if name == "word":
                name = "keyword" if token.text.upper() in _WORDS else ""
            for number, part in enumerate(token.text.split("\n")):
                if number:
                    row, before = row + 1, ""
                start = len(before.encode())
                before += part
                if name in _STYLES and part:
                    self._highlights[row].append((start, len(before.encode()), name))

    def look_ahead(self) -> None:
        """Find out what may follow the cursor."""
        row, column = self.cursor_location
        lines = self.text.split("\n")
        text = "\n".join([*lines[:row], lines[row][:column]])
        offered = complete(text, self._names())
        if offered != self.offered:
            self.offered = offered
            self.post_message(self.Completing())

    def complete(self) -> bool:
        """Put the first of what may follow in place of the word; return whether there was one."""
        self.look_ahead()
        if not self.offered.choices:
            return False
        row, column = self.cursor_location
        before = "\n".join([*self.text.split("\n")[:row], ""])
        start = self.offered.start - len(before)
        self.replace(self.offered.choices[0], (row, max(start, 0)), (row, column))
        self.look_ahead()
        return True

    def on_text_area_changed(self) -> None:
        """Offer something else."""
        self.look_ahead()

    def on_text_area_selection_changed(self) -> None:
        """Offer what fits another place."""
        self.look_ahead()

    def take(self, text: str) -> None:
        """Hold another statement, the cursor at its end."""
        self.text = text
        self.move_cursor(self.document.end)
