"""A search through the whole topic: what is wanted, where to begin, and what was found so far."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label

from core.errors import DropshipError
from core.operations.topic_search import TopicSearch
from core.text import N_, _, clean, ngettext
from tui.screens.record_list import RecordList
from tui.styled_text import Line, Span, line
from tui.views.frame import keyed
from tui.widgets.rows_view import RowsView

_NUMBERS = {"integer", "decimal", "number"}


class SearchScreen(RecordList):
    """Searches when Enter is pressed in one of its fields. Joins no group and commits nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "write", N_("search"), id="search.write", key_display="/"),
        Binding("o", "trace", N_("trace"), id="search.trace"),
        Binding("w", "export", N_("export"), id="search.export"),
        Binding("escape", "leave", N_("back"), id="search.leave"),
    ]

    AUTO_FOCUS = ""  # coming back from a record must not lead into a field

    DEFAULT_CSS = """
    SearchScreen {
        #search-fields { height: 1; width: 100%; }
        Label { width: auto; padding: 0 1; color: $text-muted; }
        Input, Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }
        #search-words { width: 1fr; }
        #search-since { width: 22; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self._refusal = ""
        self._drawn: TopicSearch | None = None

    @property
    def _example(self) -> str:
        """What may be asked, by the first number that the events hold."""
        fields = self.console.controller.settings.pipeline.definition.fields
        number = next((path for path, field in fields.items() if field.type.kind in _NUMBERS), "")
        return f"{number} > 3 and key:42" if number else "key:42"

    def compose(self) -> ComposeResult:
        """Yield the fields above the list."""
        with Horizontal(id="search-fields"):
            yield Label(_("search"))
            yield Input(placeholder=self._example, id="search-words")
            yield Label(_("from"))
            yield Input("begin", id="search-since", select_on_focus=True)
        yield from super().compose()

    def on_mount(self) -> None:
        """Begin with what is wanted."""
        self.query_one("#search-words").focus()

    @property
    def found(self) -> TopicSearch:
        """What was found by now."""
        now = self.console.controller.asking.searches.latest
        return now.result if now.answered == self._asked and now.result else TopicSearch()

    def head(self) -> list[Line]:
        """Return how far the search is, or what came of it."""
        now, found = self.console.controller.asking.searches.latest, self.found
        formats = self.console.formats
        if self._refusal:
            return [line(Span(f" {self._refusal}", "bad"))]
        if not self._asked:
            told = _("words, key:…, header.name = …, a.path > 3, a.path ~ pattern, !condition, and")
            return [line(Span(f" {told}", "dim"))]
        count = len(found.records)
        text = ngettext("{count} record found", "{count} records found", count)
        pieces: list[str | Span] = [" ", Span(text.format(count=formats.count(count)), "bold")]
        if now.running:
            told = _("offset {done} of {total}").format(
                done=formats.count(found.passed), total=formats.count(found.total)
            )
            running = _("running · [escape] cancels")
            running = keyed(running, {_("escape"): "search.leave"}, self.console.key_of)
            pieces += [f" · {told}", Span(f" · {running}", "wait")]
        elif now.error:
            pieces.append(Span(f" · {clean(now.error, 300)}", "wait"))
        else:
            told = ngettext("{count} offset searched", "{count} offsets searched", found.total)
            pieces.append(Span(" · " + told.format(count=formats.count(found.total)), "dim"))
        if found.full:
            pieces.append(Span(" · " + _("ended at the limit; narrow the search"), "wait"))
        return [line(*pieces)]

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        return [
            ("search.leave", _("back")),
            ("search.write", _("search")),
            ("list.open", _("details")),
            ("search.trace", _("trace")),
            ("search.export", _("export")),
        ]

    def draw_rows(self, _rows: RowsView) -> None:
        """Show the records."""
        found = self.found
        if found is not self._drawn or self._kept.left:
            self._drawn = found
            pipeline = self.console.controller.settings.pipeline
            self.show_records("search", found.records, pipeline.definition)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Search, or say what cannot be understood."""
        words = self.query_one("#search-words", Input).value
        since = self.query_one("#search-since", Input).value
        try:
            self._asked = self.console.controller.asking.search(words, since)
        except DropshipError as error:
            self._refusal = f"{error.message} · {error.hint}"
        else:
            self._refusal = ""
            self.rows_view.start_over()
            self.set_focus(None)
        self.draw_now()

    def action_write(self) -> None:
        """Write another search."""
        self.query_one("#search-words").focus()

    def action_export(self) -> None:
        """Write what was found as CSV and JSON."""
        self.write_records("search", self.found.records)

    def action_leave(self) -> None:
        """Cancel what runs, leave the fields, or go back."""
        asking = self.console.controller.asking
        if asking.searches.latest.running:
            asking.searches.cancel()
        elif isinstance(self.focused, Input) and self._asked:
            self.set_focus(None)
        else:
            self.dismiss()
