"""The way of one key through the pipeline, on one screen."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.tail_record import TailRecord
from core.operations.trace import Trace
from core.text import N_, _, clean
from tui.causes import OpenTrace
from tui.dialogs.row_details import RowDetails
from tui.screens.list_screen import ListScreen
from tui.styled_text import Line
from tui.views.events import record_parts
from tui.views.trace import FoundRow, trace_details, trace_head, trace_table
from tui.widgets.rows_view import RowsView


class TraceScreen(ListScreen):
    """Looks for a key when it opens, and shows each place as it is found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "another", N_("another key"), id="trace.another"),
        Binding("r", "again", N_("refresh"), id="trace.again"),
    ]

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self._asked = 0
        self._drawn: Trace | None = None

    def on_mount(self) -> None:
        """Begin to look."""
        self.action_again()

    @property
    def known(self) -> Trace:
        """What is known of the key by now."""
        now = self.console.controller.asking.traces.latest
        if now.number == self._asked and now.error and not now.running:
            return Trace(self.key, problems=(("records", now.error),), done=True)
        if now.answered == self._asked and now.result is not None:
            return now.result
        return Trace(self.key)

    def head(self) -> list[Line]:
        """Return how much was found in each place."""
        running = self.console.controller.asking.traces.latest.running
        return trace_head(self.known, running, self.console.formats)

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        return [
            ("list.leave", _("back")),
            ("list.open", _("details")),
            ("trace.another", _("another key")),
            ("trace.again", _("refresh")),
        ]

    def draw_rows(self, rows: RowsView) -> None:
        """Show the places."""
        found = self.known
        if found == self._drawn:
            return
        self._drawn = found
        definition = self.console.controller.settings.pipeline.definition
        untouched = rows.follows or not rows.rows
        rows.show_table(trace_table(found, definition), ascii_only=self.console.ascii_only)
        if untouched:  # places are found in another order than they are listed
            rows.move_to_end(last=False)

    def action_again(self) -> None:
        """Look again."""
        self._asked = self.console.controller.asking.trace(self.key)

    def action_another(self) -> None:
        """Ask for another key."""
        self.app.post_message(OpenTrace())
        self.dismiss()

    def details(self) -> RowDetails | None:
        """Return the place under the cursor in full."""
        row = self.rows_view.choose()
        if row is None:
            return None
        source = row.source
        name = clean(source.table, 60) if isinstance(source, FoundRow) else _("topic")
        parts = record_parts(source) if isinstance(source, TailRecord) else ()
        return RowDetails(name, partial(trace_details, source), self.frame_now(), parts=parts)
