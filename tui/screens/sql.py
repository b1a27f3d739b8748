"""An editor for SQL that only reads, over what it finds."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.operations.asker import Asked, Asker
from core.text import N_, _, clean, ngettext
from core.warehouse.questions import MOST_ROWS, Found
from tui.causes import OpenTrace
from tui.screens.asking import AskingScreen
from tui.styled_text import Line, Span, line
from tui.views.billing import asked_once
from tui.widgets.grid import ResultGrid
from tui.widgets.lines_view import LinesView
from tui.widgets.sql_editor import SqlEditor

_ROWS = (1_000, 10_000, MOST_ROWS, 100)
_SECONDS = (30, 120, 600, 10)


class SqlScreen(AskingScreen):
    """Runs one statement at a time. text: what stands in the editor at first."""

    LEAVE = "sql.leave"

    BINDINGS: ClassVar[list[BindingType]] = [
        *AskingScreen.BINDINGS,
        Binding("f5,ctrl+r,ctrl+enter,ctrl+j", "run", N_("run"), id="sql.run", priority=True),
        Binding("tab", "complete", N_("complete"), id="sql.complete", priority=True),
        Binding("f6,shift+tab", "other", N_("editor or rows"), id="sql.other", priority=True),
        Binding("ctrl+up", "past(-1)", N_("previous query"), id="sql.previous", priority=True),
        Binding("ctrl+down", "past(1)", N_("next query"), id="sql.next", priority=True),
        Binding("f7", "rows", N_("row limit"), id="sql.rows", priority=True),
        Binding("f8", "seconds", N_("time limit"), id="sql.seconds", priority=True),
        Binding("f9", "export", N_("export"), id="sql.export", priority=True),
        Binding("slash", "filter", N_("filter"), id="sql.filter", key_display="/"),
        Binding("escape", "leave", N_("back"), id="sql.leave", priority=True),
    ]

    DEFAULT_CSS = """
    SqlScreen {
        #sql-editor { height: 9; border: round $border; padding: 0; background: $surface; }
        #sql-offered { height: 1; width: 100%; }
        &.-low #sql-editor { height: 6; }
    }
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._first = text
        self._rows = self._seconds = 0
        self._past: int | None = None
        self._draft = ""
        self._offered = LinesView(id="sql-offered")
        self.editor = SqlEditor(text, self._names)

    def compose(self) -> ComposeResult:
        """Yield the editor, what may follow, and the rows."""
        yield self.title_line
        yield self.editor
        yield self._offered
        yield self.state_line
        yield self.grid
        yield self.keys_line

    def on_mount(self) -> None:
        """Begin with a statement that was given, or with the last one."""
        asking = self.console.controller.asking
        asking.learn_names()
        past = asking.history.statements
        if not self._first and past:
            self.editor.take(past[-1])
        self.editor.focus()
        self.set_class(self.app.size.height < 30, "-low")  # noqa: PLR2004

    @property
    def asker(self) -> Asker[Found]:
        """Who answers."""
        return self.console.controller.asking.sql

    @property
    def name_of_export(self) -> str:
        """What files with the rows are called."""
        return "query"

    def draw_now(self) -> None:
        """Draw what is known, and what may follow in the statement."""
        super().draw_now()
        choices = self.editor.offered.choices if self.editor.has_focus else ()
        spans = [Span(f" {clean(choice, 60)} ", "dim") for choice in choices[1:]]
        tab = f" {self.console.shown_keys('sql.complete')} "
        first = [Span(tab, "accent"), Span(clean(choices[0], 60), "bold")] if choices else []
        self._offered.show([line(*first, *spans)])

    def title_of(self, _now: Asked[Found]) -> Line:
        """Return what is asked, and the limits."""
        console = self.console
        most = _ROWS[self._rows]
        rows = ngettext("{count} row", "{count} rows", most).format(
            count=console.formats.count(most)
        )
        limits = _("at most {rows}, {seconds} s").format(rows=rows, seconds=_SECONDS[self._seconds])
        told = asked_once(console.controller.settings)
        return line(" ", Span(_("SQL"), "bold"), f" · {limits}", Span(f"   {told}", "dim"))

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys of the editor, or of the rows."""
        shared = [
            ("sql.leave", _("back")),
            ("sql.run", _("run")),
            ("sql.other", _("editor or rows")),
        ]
        if self.grid.has_focus:
            return [
                *shared,
                ("grid.left grid.right", _("column")),
                ("grid.hide", _("hide column")),
                ("sql.filter", _("filter")),
                ("grid.open", _("details")),
                ("asking.export", _("export")),
            ]
        return [
            *shared,
            ("sql.complete", _("complete")),
            ("sql.previous", _("previous query")),
            ("sql.rows", _("row limit")),
            ("sql.seconds", _("time limit")),
            ("sql.export", _("export")),
        ]

    def on_key(self, event: events.Key) -> None:
        """Keys go into the filter line of the rows while it is open."""
        if self.grid.type_key(event):
            event.stop()
            event.prevent_default()

    def on_result_grid_sort(self, _event: ResultGrid.Sort) -> None:
        """Say how rows of a statement are sorted."""
        self.console.tell(_("The statement itself sorts its rows: write ORDER BY."))

    def action_run(self) -> None:
        """Run the statement; what was under way is cancelled."""
        text = self.editor.selected_text.strip() or self.editor.text.strip()
        if not text:
            self.console.tell(_("There is no statement to run."))
            return
        self._past = None
        self.console.controller.asking.run(
            text, rows=_ROWS[self._rows], seconds=_SECONDS[self._seconds]
        )
        self.draw_now()

    def action_complete(self) -> None:
        """Complete the word before the cursor; without one go to the rows."""
        if not self.editor.has_focus or not self.editor.complete():
            self.action_other()
        self.draw_now()

    def action_other(self) -> None:
        """Go to the rows, or to the editor."""
        self.set_focus(self.grid if self.editor.has_focus else self.editor)
        self.draw_now()

    def action_past(self, step: int) -> None:
        """Take a statement that was run before, or go back to the one that is being written."""
        past = self.console.controller.asking.history.statements
        if self._past is None:
            self._draft = self.editor.text
        place = (len(past) if self._past is None else self._past) + step
        if not 0 <= place <= len(past):
            return
        self._past = place if place < len(past) else None
        self.editor.take(past[place] if place < len(past) else self._draft)

    def action_rows(self) -> None:
        """Take another limit of rows."""
        self._rows = (self._rows + 1) % len(_ROWS)
        self.draw_now()

    def action_seconds(self) -> None:
        """Take another limit of time."""
        self._seconds = (self._seconds + 1) % len(_SECONDS)
        self.draw_now()

    def action_filter(self) -> None:
        """Type words that the rows shown must have."""
        self.grid.begin_filter()

    def action_trace(self) -> None:
        """Trace what stands in the chosen column of the row."""
        names = [column.name for column in self.grid.found.columns]
        source = self.grid.source
        if source is not None:
            self.post_message(OpenTrace(str(source[names.index(self.grid.column)])))

    def action_leave(self) -> None:
        """Cancel what runs; else end the filter, go back to the editor, or leave."""
        if self.asker.latest.running:
            self.asker.cancel()
        elif self.grid.clear_filter():
            pass
        elif self.grid.has_focus:
            self.action_other()
        else:
            self.dismiss()
        self.draw_now()

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Return tables and columns, as far as they are known."""
        if not self.is_attached:
            return {}
        known = self.console.controller.asking.names.latest.result or {}
        return {table: tuple(columns) for table, columns in known.items()}
