"""A screen over the console that shows rows a person asked for; tables and SQL are made from it."""

from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from core.operations.asker import Asked, Asker
from core.operations.query_export import export_found
from core.text import N_, _, clean, ngettext
from core.warehouse.questions import Found
from tui.dialogs.open_details import OpenDetails
from tui.dialogs.row_details import RowDetails
from tui.host import Host
from tui.styled_text import Line, Span, line
from tui.views.found_row import cell_lines
from tui.views.frame import Frame, keyed
from tui.views.key_hints import key_line
from tui.widgets.grid import ResultGrid
from tui.widgets.lines_view import LinesView

_EVERY_S = 0.1


class AskingScreen(ModalScreen[None]):
    """Draws ten times a second what its asker knows. Subclasses compose and say what is asked."""

    LEAVE: ClassVar[str]
    """The action that goes back, and cancels what runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "export", N_("export"), id="asking.export"),
        Binding("y", "copy", N_("copy"), id="asking.copy"),
        Binding("o", "trace", N_("trace"), id="asking.trace", show=False),
    ]

    DEFAULT_CSS = """
    AskingScreen {
        background: $background;
        layout: vertical;

        .asking-line { height: 1; width: 100%; }
        ResultGrid { height: 1fr; width: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.grid = ResultGrid(id="asking-grid")
        self._over = OpenDetails(self, self.grid.move, self.on_rows_view_opened)
        self.title_line = LinesView(classes="asking-line")
        self.state_line = LinesView(classes="asking-line")
        self.keys_line = LinesView(classes="asking-line")

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def asker(self) -> Asker[Found]:
        """Who answers."""
        raise NotImplementedError

    @property
    def name_of_export(self) -> str:
        """What files with the rows are called."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Draw from now on."""
        self.set_interval(_EVERY_S, self.draw_now)
        self.call_after_refresh(self.draw_now)

    def draw_now(self) -> None:
        """Draw what is known."""
        now = self.asker.latest
        if now.result is not None:
            self.grid.show_found(
                self.shown_of(now.result), ascii_only=self.console.ascii_only, sort=self.sorted_by
            )
        self.title_line.show([self.title_of(now)])
        self.state_line.show(self.state_of(now)[:1] or [line()])
        named = [(self.console.shown_keys(ids), text) for ids, text in self.hints()]
        self.keys_line.show([key_line(named, self.keys_line.size.width)])

    def shown_of(self, found: Found) -> Found:
        """Return what of an answer is shown; the same object as long as the answer is the same."""
        return found

    @property
    def sorted_by(self) -> tuple[str, str]:
        """The column that the rows are sorted by, and ASC or DESC."""
        return "", ""

    def title_of(self, now: Asked[Found]) -> Line:
        """Return what is shown."""
        raise NotImplementedError

    def hints(self) -> list[tuple[str, str]]:
        """Return ids of actions, apart by blanks, and what they do."""
        raise NotImplementedError

    def cancelled_by(self, text: str) -> Line:
        """Return what is under way. text: names escape for the key that cancels it."""
        told = keyed(text, {_("escape"): self.LEAVE}, self.console.key_of)
        return line(Span(f" {told}", "wait"))

    def state_of(self, now: Asked[Found]) -> list[Line]:
        """Return how far the question is, or what came of it."""
        formats = self.console.formats
        if now.cancelling:
            return [line(Span(" " + _("cancelling"), "wait"))]
        if now.running:
            return [self.cancelled_by(_("running · [escape] cancels"))]
        if now.error:
            hint = f" · {now.hint}" if now.hint else ""
            return [line(Span(" " + clean(now.error + hint, self.size.width - 2), "bad"))]
        if now.result is None:
            return []
        shown = len(now.result.rows)
        told = ngettext("{count} row", "{count} rows", shown).format(count=formats.count(shown))
        pieces: list[str | Span] = [" ", Span(told, "bold"), f" · {formats.span(now.took_s)}"]
        if now.result.cut == "rows":
            pieces.append(Span(" · " + _("cut at the limit of rows"), "wait"))
        if now.result.cut == "size":
            pieces.append(Span(" · " + _("cut at the limit of bytes"), "wait"))
        if self.grid.hidden:
            hidden = ngettext("{count} column hidden", "{count} columns hidden", self.grid.hidden)
            pieces.append(Span(" · " + hidden.format(count=self.grid.hidden), "dim"))
        return [line(*pieces)]

    def frame_now(self) -> Frame:
        """Return the frame that a screen over this one draws with."""
        return self.console.frame(self.content_size)

    def on_rows_view_opened(self) -> None:
        """Show a row in full."""
        source = self.grid.source
        if source is None:
            return
        columns = self.grid.found.columns
        self._over.show(
            RowDetails(_("row"), lambda frame: cell_lines(columns, source, frame), self.frame_now())
        )

    def action_copy(self) -> None:
        """Copy the rows that are shown, cells apart by tabs."""
        rows = [row.source for row in self.grid.rows if isinstance(row.source, tuple)]
        names = "\t".join(clean(one.name, 200) for one in self.grid.found.columns)
        cells = ["\t".join(clean(cell, 10_000) for cell in row) for row in rows]
        self.app.copy_to_clipboard("\n".join([names, *cells]))
        self.console.tell(_("Sent to the clipboard."))

    def action_export(self) -> None:
        """Write what is shown to files."""
        if self.asker.latest.result is None:
            self.console.tell(_("There is nothing to export yet."))
            return
        self.write(self.asker.latest.result)

    def action_trace(self) -> None:
        """Nothing is traced from here unless a subclass says of what."""

    def write(self, found: Found) -> None:
        """Write rows as CSV, JSON and Parquet, off the screen's thread."""
        controller = self.console.controller
        folder = controller.settings.paths.data / "exports"
        at = controller.snapshot().at

        self.console.write_files(lambda: export_found(folder, self.name_of_export, at, found))
