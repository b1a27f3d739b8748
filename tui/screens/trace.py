"""The way of one key through the pipeline, on one screen."""

from functools import partial
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from core.operations.trace import Trace
from core.text import N_, _, clean
from tui.causes import OpenTrace
from tui.dialogs.row_details import RowDetails
from tui.host import Host
from tui.styled_text import Span, line
from tui.views.frame import Frame
from tui.views.trace import FoundRow, trace_details, trace_head, trace_table
from tui.widgets.lines_view import LinesView
from tui.widgets.rows_view import RowsView

_EVERY_S = 0.1


class TraceScreen(ModalScreen[None]):
    """Looks for a key when it opens, and shows each place as it is found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", N_("details"), id="trace.open"),
        Binding("o", "another", N_("another key"), id="trace.another"),
        Binding("r", "again", N_("refresh"), id="trace.again"),
        Binding("j,down", "move(1)", N_("next row"), id="trace.next", show=False),
        Binding("k,up", "move(-1)", N_("previous row"), id="trace.previous", show=False),
        Binding("g,home", "end(False)", N_("first row"), id="trace.first", show=False),
        Binding("G,end", "end(True)", N_("last row"), id="trace.last", show=False),
        Binding("escape,q", "dismiss", N_("back"), id="trace.leave"),
    ]

    DEFAULT_CSS = """
    TraceScreen {
        background: $background;
        layout: vertical;

        #trace-head { height: 1; width: 100%; }
        #trace-keys { height: 1; width: 100%; }
        RowsView { height: 1fr; width: 100%; }
    }
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self._asked = 0
        self._drawn: Trace | None = None
        self._head = LinesView(id="trace-head")
        self._rows = RowsView()
        self._keys = LinesView(id="trace-keys")

    def compose(self) -> ComposeResult:
        """Yield what was found between its counts and the keys."""
        yield self._head
        yield self._rows
        yield self._keys

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def rows_view(self) -> RowsView:
        """The table."""
        return self._rows

    def on_mount(self) -> None:
        """Begin to look."""
        self.action_again()
        self.set_interval(_EVERY_S, self.draw_now)

    def draw_now(self) -> None:
        """Draw what is known of the key by now."""
        now = self.console.controller.asking.traces.latest
        known = now.result if now.result is not None and now.answered == self._asked else None
        found = known or Trace(self.key)
        if now.error and not now.running:
            found = Trace(self.key, problems=(("records", now.error),), done=True)
        head = trace_head(found, now.running, self.console.formats)
        self._head.styles.height = len(head)
        self._head.show(head)
        if found is not self._drawn:
            self._drawn = found
            tables = self.console.controller.settings.pipeline.definition.tables
            self._rows.show_table(
                trace_table(found, tables.rows, tables.events),
                ascii_only=self.console.ascii_only,
            )
        hints = (("enter", _("details")), ("o", _("another key")), ("r", _("refresh")))
        keys = [(*hint,) for hint in (*hints, ("esc", _("back")))]
        spans = [
            span for key, text in keys for span in (Span(key, "accent"), Span(f" {text}  ", "dim"))
        ]
        self._keys.show([line(" ", *spans)])

    def action_again(self) -> None:
        """Look again."""
        self._drawn = None
        self._asked = self.console.controller.asking.trace(self.key)

    def action_another(self) -> None:
        """Ask for another key."""
        self.dismiss()
        self.app.post_message(OpenTrace())

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self._rows.move(step)

    def action_end(self, last: bool) -> None:
        """Move the cursor to an end."""
        self._rows.move_to_end(last=last)

    def on_rows_view_opened(self) -> None:
        """Open a row with the mouse."""
        self.action_open()

    def action_open(self) -> None:
        """Show a place in full."""
        details = self._details()
        if details is not None:
            details.step = partial(self._step, details)
            self.app.push_screen(details)

    def _step(self, details: RowDetails, rows: int) -> None:
        self._rows.move(rows)
        other = self._details()
        if other is not None:
            details.take(other)

    def _details(self) -> RowDetails | None:
        row = self._rows.choose()
        if row is None:
            return None
        source = row.source
        name = clean(source.table, 60) if isinstance(source, FoundRow) else _("topic")
        console = self.console
        frame = Frame(*self.size, console.formats, console.ascii_only, full=True)
        return RowDetails(name, lambda size: trace_details(source, size), frame)
