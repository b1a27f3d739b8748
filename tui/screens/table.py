"""The rows of a table, a page at a time: sorted, filtered and exported by the warehouse itself."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.operations.asker import Asked, Asker
from core.operations.trace import row_key
from core.query.pages import PAGE, Page, begun
from core.text import N_, _, clean
from core.warehouse.questions import Found
from tui.causes import OpenSql, OpenTrace
from tui.screens.asking import AskingScreen
from tui.styled_text import Line, Span, line
from tui.views.billing import asked_once
from tui.widgets.grid import ResultGrid


class TableScreen(AskingScreen):
    """Shows a table. page: where to begin, with the filter that a person came with."""

    LEAVE = "table.leave"

    BINDINGS: ClassVar[list[BindingType]] = [
        *AskingScreen.BINDINGS,
        Binding("slash", "filter", N_("filter"), id="table.filter", key_display="/"),
        Binding("n,greater_than_sign", "turn(1)", N_("next page"), id="table.next"),
        Binding("p,less_than_sign", "turn(-1)", N_("previous page"), id="table.previous"),
        Binding("r", "again", N_("refresh"), id="table.again"),
        Binding("e", "edit", N_("SQL"), id="table.edit"),
        Binding("escape,q", "leave", N_("back"), id="table.leave"),
    ]

    DEFAULT_CSS = """
    TableScreen Input {
        height: 1; border: none; padding: 0 1; display: none;
        &:focus { border: none; }
        &.-typing { display: block; }
    }
    """

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._exported = 0
        self._asked = 0
        self._cut: tuple[Found, Found] | None = None

    def compose(self) -> ComposeResult:
        """Yield the table between what it is and its keys."""
        yield self.title_line
        yield self.state_line
        yield self.grid
        yield Input(self.page.words, placeholder=_("words of a row"), id="table-filter")
        yield self.keys_line

    def on_mount(self) -> None:
        """Ask for the first page."""
        self._ask()
        self.grid.focus()

    @property
    def asker(self) -> Asker[Found]:
        """Who answers."""
        return self.console.controller.asking.rows

    @property
    def name_of_export(self) -> str:
        """What files with the rows are called."""
        return f"table_{clean(self.page.table, 60)}"

    @property
    def sorted_by(self) -> tuple[str, str]:
        """The column that the rows are sorted by, and ASC or DESC."""
        return self.page.sort, self.page.order

    def draw_now(self) -> None:
        """Draw the page; write a whole table once it is there."""
        now = self.asker.latest
        if now.answered == self._asked and now.result is not None and not self.page.columns:
            columns = tuple(column.name for column in now.result.columns)
            self.page = replace(self.page, columns=columns)
        whole = self.console.controller.asking.export.latest
        if self._exported and whole.number == self._exported and not whole.running:
            self._exported = 0
            if whole.error:
                self.console.tell(whole.error)
            elif whole.result is not None:
                self.write(whole.result)
        if now.answered == self._asked or not now.answered:
            super().draw_now()
        else:
            self.state_line.show(self.state_of(now)[:1] or [line()])

    def shown_of(self, found: Found) -> Found:
        """Return the page without the row that only tells that another one follows."""
        if len(found.rows) <= PAGE:
            return found
        if self._cut is None or self._cut[0] is not found:
            self._cut = (found, replace(found, rows=found.rows[:PAGE], cut=""))
        return self._cut[1]

    def title_of(self, now: Asked[Found]) -> Line:
        """Return the table, the page and what narrows it."""
        formats = self.console.formats
        first = self.page.number * PAGE
        shown = 0 if now.result is None else min(len(now.result.rows), PAGE)
        pieces: list[str | Span] = [" ", Span(clean(self.page.table, 60), "bold")]
        if shown:
            told = _("rows {first} to {last}").format(
                first=formats.count(first + 1), last=formats.count(first + shown)
            )
            pieces.append(f" · {told}")
        for column, texts in self.page.where:
            told = ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")  # noqa: PLR2004
            pieces.append(Span(f" · {clean(column, 40)} = {clean(told, 90)}", "accent"))
        if self.page.words:
            pieces.append(Span(f" · /{clean(self.page.words, 60)}", "accent"))
        pieces.append(Span("   " + asked_once(self.console.controller.settings), "dim"))
        return line(*pieces)

    def state_of(self, now: Asked[Found]) -> list[Line]:
        """Return how far it is; the row that only tells that more follow is not counted."""
        result = now.result
        if result is not None:
            now = replace(now, result=self.shown_of(result))
        if self._exported:
            return [self.cancelled_by(_("exporting · [escape] cancels"))]
        found = super().state_of(now)
        if result is not None and not now.running and not now.error and not result.rows:
            return [line(Span(" " + _("no rows"), "dim"))]
        return found

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        return [
            ("table.leave", _("back")),
            ("table.next table.previous", _("page")),
            ("grid.left grid.right", _("column")),
            ("grid.sort", _("sort")),
            ("table.filter", _("filter")),
            ("grid.hide", _("hide column")),
            ("grid.show", _("show all columns")),
            ("grid.open", _("details")),
            ("asking.trace", _("trace")),
            ("asking.export", _("export")),
            ("table.edit", _("SQL")),
        ]

    def on_result_grid_sort(self, event: ResultGrid.Sort) -> None:
        """Sort by a column: up, down, not at all."""
        self.page = self.page.sorted_by(event.column)
        self._ask()

    def action_filter(self) -> None:
        """Type words."""
        box = self.query_one(Input)
        box.add_class("-typing")
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Show the rows with these words."""
        self._end_typing()
        self.page = self.page.filtered(event.value.strip())
        self._ask()

    def action_turn(self, step: int) -> None:
        """Show another page, where there is one."""
        if self.asker.latest.running:
            return  # which pages there are is told by the answer
        now = self.asker.latest.result
        more = now is not None and len(now.rows) > PAGE
        number = self.page.number + step
        if number < 0 or (step > 0 and not more):
            self.console.tell(_("There is no further page."))
            return
        self.page = replace(self.page, number=number)
        self._ask()

    def action_again(self) -> None:
        """Read the page again."""
        self._ask()

    def action_edit(self) -> None:
        """Write SQL about this table."""
        self.post_message(OpenSql(begun(self.page.table)))

    def action_trace(self) -> None:
        """Trace the key that the row under the cursor is about."""
        pipeline, source = self.console.controller.settings.pipeline, self.grid.source
        found = self.grid.found
        key = "" if source is None else row_key(pipeline, self.page.table, found, source)
        if key:
            self.post_message(OpenTrace(key))
        else:
            self.console.tell(_("This row has no key that could be traced."))

    def action_export(self) -> None:
        """Write all rows of the table that pass the filter."""
        self._exported = self.console.controller.asking.whole(self.page)

    def action_leave(self) -> None:
        """End what is typed, cancel what runs, take back the filter, or go back."""
        asking = self.console.controller.asking
        if self.query_one(Input).has_class("-typing"):
            self._end_typing()
        elif self._exported:
            asking.export.cancel()
            self._exported = 0
        elif self.asker.latest.running:
            self.asker.cancel()
        elif self.page.words:
            self.page = self.page.filtered("")
            self.query_one(Input).value = ""
            self._ask()
        else:
            self.dismiss()

    def _end_typing(self) -> None:
        self.query_one(Input).remove_class("-typing")
        self.grid.focus()

    def _ask(self) -> None:
        self._asked = self.console.controller.asking.page(self.page)
        self.draw_now()
