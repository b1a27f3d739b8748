"""A peek at any topic: from an offset, a time, the begin; or live, at its end."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.errors import DropshipError
from core.operations.asker import Asked
from core.operations.offset_target import EXAMPLES
from core.operations.peeked import Peeked
from core.text import N_, _, clean
from tui.screens.record_list import RecordList
from tui.styled_text import Line
from tui.views.event_columns import came_since
from tui.views.peek import peek_head
from tui.widgets.rows_view import RowsView

END = "end"


class PeekScreen(RecordList):
    """Reads by assignment alone: joins no group and commits nothing. place: where to begin.

    ask: whether the place is asked for first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "write", N_("go to"), id="peek.write"),
        Binding("b", "seek('begin')", N_("begin"), id="peek.begin"),
        Binding("e", "seek('end')", N_("end, live"), id="peek.end"),
        Binding("n,greater_than_sign", "turn(1)", N_("next page"), id="peek.next"),
        Binding("p,less_than_sign", "turn(-1)", N_("previous page"), id="peek.previous"),
        Binding("space", "hold", N_("freeze"), id="peek.hold"),
        Binding("slash", "filter", N_("filter"), id="peek.filter", key_display="/"),
        Binding("o", "trace", N_("trace"), id="peek.trace"),
        Binding("w", "export", N_("export"), id="peek.export"),
        Binding("escape,q", "leave", N_("back"), id="peek.leave"),
    ]

    AUTO_FOCUS = ""  # coming back from a record must not lead into a field

    DEFAULT_CSS = """
    PeekScreen Input {
        height: 1; border: none; padding: 0 1; display: none; background: $surface;
        &:focus { border: none; }
        &.-typing { display: block; }
    }
    """

    def __init__(self, topic: str, place: str = END, *, ask: bool = False) -> None:
        super().__init__()
        self._topic = topic
        self._place = place
        self._asking_first = ask
        self._asked = 0
        self._refusal = ""
        self._shown = Peeked(topic)
        self._held = False
        self._drawn: Peeked | None = None

    def compose(self) -> ComposeResult:
        """Yield the list over its fields."""
        yield from super().compose()
        yield Input(placeholder=EXAMPLES, id="peek-place")
        yield Input(placeholder=_("words of a row"), id="peek-filter")

    def on_mount(self) -> None:
        """Look."""
        self._look(self._place)
        if self._asking_first:
            self.action_write()

    def on_unmount(self) -> None:
        """End what is read: nobody sees it any more."""
        self.console.controller.asking.peeks.cancel()

    @property
    def now(self) -> Asked[Peeked]:
        """What came of what was asked last."""
        latest = self.console.controller.asking.peeks.latest
        return latest if latest.number == self._asked else Asked()

    @property
    def page(self) -> Peeked:
        """What is shown: of a live tail what was there when the cursor left its top."""
        latest = self.console.controller.asking.peeks.latest
        found = latest.result if latest.answered == self._asked else None
        if found is None:
            return self._shown
        rows = self.rows_view
        still = self._held or not (rows.follows or rows.arrangement.column is not None)
        if not (found.live and self._shown.live and still):
            self._shown = found
        return self._shown

    @property
    def _fresh(self) -> int:
        """How many records came since the list stands still."""
        latest, page = self.now.result, self._shown
        if latest is None or not (latest.live and page.live) or not page.records:
            return 0
        return came_since(page.records, latest.records)

    def head(self) -> list[Line]:
        """Return which place it is and what is beside it."""
        return peek_head(
            self._topic,
            self._place,
            self.now,
            self.page,
            self.frame_now(),
            fresh=self._fresh,
            frozen=self._held,
            refusal=self._refusal,
        )

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        pages = [("peek.next peek.previous", _("page"))]
        if self._shown.live:
            pages = [("peek.previous", _("older"))]
        freeze = [("peek.hold", _("freeze"))] if self._shown.live else []
        return [
            ("peek.leave", _("back")),
            ("peek.write", _("go to")),
            ("peek.begin", _("begin")),
            ("peek.end", _("end, live")),
            *pages,
            *freeze,
            ("peek.filter", _("filter")),
            ("list.open", _("details")),
            ("peek.trace", _("trace")),
            ("peek.export", _("export")),
        ]

    def draw_rows(self, _rows: RowsView) -> None:
        """Show the records."""
        page = self.page
        if page is not self._drawn or self._kept.left:
            self._drawn = page
            settings = self.console.controller.settings
            own = self._topic == settings.kafka.topic
            definition = settings.pipeline.definition if own else None
            self.show_records("peek", page.records, definition, follows=page.live)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list while one types words."""
        if event.input.id == "peek-filter":
            self.rows_view.set_filter(clean(event.value, 200))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to a place, or keep the filter."""
        if event.input.id == "peek-place":
            self._look(event.value.strip() or END)
        if not self._refusal:
            self._end_typing()

    def _look(self, place: str) -> None:
        asking = self.console.controller.asking
        try:
            self._asked = asking.peek(self._topic, place)
        except DropshipError as error:
            self._refusal = f"{error.message} · {error.hint}"
        else:
            self._place, self._refusal = place, ""
            self._start_over()
        self.draw_now()

    def _start_over(self) -> None:
        self._shown, self._held = Peeked(self._topic), False
        self.rows_view.start_over()
        self.query_one("#peek-filter", Input).value = ""

    def action_seek(self, place: str) -> None:
        """Go to a place."""
        self._look(place)

    def action_turn(self, step: int) -> None:
        """Read the next page, or the one before."""
        page = self._shown
        if self.now.running and not page.live:
            return
        if not (page.after if step > 0 else page.before):
            self.console.tell(_("There is no further page."))
            return
        if page.live:
            self._place = ""
        self._asked = self.console.controller.asking.turn_peek(page, step)
        self._start_over()

    def action_hold(self) -> None:
        """Hold a live tail still, or let it go on."""
        self._held = self._shown.live and not self._held
        self.draw_now()

    def action_write(self) -> None:
        """Type a place."""
        self._type("#peek-place")

    def action_filter(self) -> None:
        """Type words."""
        self._type("#peek-filter")

    def _type(self, field: str) -> None:
        box = self.query_one(field, Input)
        box.add_class("-typing")
        box.focus()

    def _end_typing(self) -> None:
        self._refusal = ""
        self.query(Input).remove_class("-typing")
        self.set_focus(None)

    def action_export(self) -> None:
        """Write the records that are shown as CSV and JSON."""
        self.write_records("peek", [row.source for row in self.rows_view.rows])

    def action_leave(self) -> None:
        """End what is typed, take the filter back, cancel what is read, or go back."""
        words = self.query_one("#peek-filter", Input)
        if isinstance(self.focused, Input):
            if self.focused is words:
                words.value = ""
            self._end_typing()
        elif words.value:
            words.value = ""
        elif self.now.running and not self._shown.live:
            self.console.controller.asking.peeks.cancel()
        else:
            self.dismiss()
