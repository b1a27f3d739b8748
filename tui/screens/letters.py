"""Dead letters as a list over the console: by reason and time, narrowed, paged, marked."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.dlq.edits import Edit
from core.errors import DropshipError
from core.operations.snapshot import ControllerSnapshot
from core.query.letters import NEWEST, PAGE, Desk, DeskLetter, Narrowing
from core.text import N_, _, clean
from tui.dialogs.open_details import OpenDetails
from tui.dialogs.row_details import RowDetails
from tui.screens.letter_marks import LetterMarks, work_ended
from tui.styled_text import Line, Span, line
from tui.views.events import letter_parts
from tui.views.key_hints import key_line
from tui.views.letters import (
    ALL,
    desk_head,
    desk_letter_details,
    letters_rows,
    listed,
    page_line,
    reasons_table,
)
from tui.widgets.lines_view import LinesView
from tui.widgets.rows_view import RowsView

_EVERY_S = 0.1
_AGAIN_S = 5.0
"""Seconds after which a list is read again, where a look costs nothing."""
_MOST_REASONS = 8


class LettersScreen(LetterMarks):
    """Lists and marks letters; draws ten times a second. words: what narrows the list at first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", N_("details"), id="desk.open"),
        Binding("tab", "other", N_("reasons or letters"), id="desk.other"),
        Binding("slash", "narrow", N_("narrow"), id="desk.narrow", key_display="/"),
        Binding("space", "mark", N_("mark"), id="desk.mark"),
        Binding("a", "mark_all", N_("mark all shown"), id="desk.all"),
        Binding("i", "invert", N_("invert marks"), id="desk.invert"),
        Binding("v", "view", N_("dismissed ones"), id="desk.view"),
        Binding("n,greater_than_sign", "turn(1)", N_("next page"), id="desk.next"),
        Binding("p,less_than_sign", "turn(-1)", N_("previous page"), id="desk.previous"),
        Binding("f5", "again", N_("refresh"), id="desk.again"),
        Binding("j,down", "move(1)", N_("next row"), id="desk.down", show=False),
        Binding("k,up", "move(-1)", N_("previous row"), id="desk.up", show=False),
        Binding("g,home", "end(False)", N_("first row"), id="desk.first", show=False),
        Binding("G,end", "end(True)", N_("last row"), id="desk.last", show=False),
        Binding("ctrl+d,pagedown", "page(0.9)", N_("page down"), id="desk.page", show=False),
        Binding("ctrl+u,pageup", "page(-0.9)", N_("page up"), id="desk.back", show=False),
        Binding("escape,q", "leave", N_("back"), id="desk.leave"),
    ]

    AUTO_FOCUS = ""  # coming back from a letter must not lead into the field

    DEFAULT_CSS = """
    LettersScreen {
        background: $background;
        layout: vertical;

        #desk-head { height: 2; width: 100%; }
        #desk-reasons { height: 3; width: 100%; }
        .desk-line { height: 1; width: 100%; }
        #desk-letters { height: 1fr; width: 100%; }
        Input { height: 1; border: none; padding: 0 1; display: none; background: $surface; }
        Input:focus { border: none; }
        Input.-typing { display: block; }
    }
    """

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._words = words
        self._narrowing = Narrowing()
        self._number = 0
        self._order = NEWEST
        self._asked = 0
        self._asked_at: datetime | None = None
        self._ended: tuple[datetime | None, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._in_reasons = False
        self._edits: dict[str, Edit] = {}
        self._head = LinesView(id="desk-head")
        self._reasons = RowsView(id="desk-reasons")
        self._page = LinesView(classes="desk-line")
        self._letters = RowsView(id="desk-letters")
        self._over = OpenDetails(self, self._letters.move, self.action_open)
        self._keys = LinesView(classes="desk-line")

    def compose(self) -> ComposeResult:
        """Yield reasons above letters."""
        yield self._head
        yield self._reasons
        yield self._page
        yield self._letters
        yield Input(self._words, placeholder=_NARROW, id="desk-words")
        yield self._keys

    def on_mount(self) -> None:
        """Ask for the letters, and draw from now on."""
        now = self.console.controller.snapshot()
        self._ended = work_ended(now)
        try:
            self._narrowing = Narrowing.of(self._words, now.at)
        except DropshipError as error:
            self.console.refuse(error.message)
        self._ask()
        self.set_interval(_EVERY_S, self.draw_now)
        self.call_after_refresh(self.draw_now)

    @property
    def desk(self) -> Desk | None:
        """What is known of the letters, of this list or of the one before it."""
        return self.console.controller.asking.desk.latest.result

    @property
    def lines(self) -> list[Line]:
        """What is shown, for tests."""
        views = (self._head, self._reasons, self._page, self._letters, self._keys)
        return [one for view in views for one in view.lines]

    @property
    def rows_view(self) -> RowsView:
        """The list with the cursor."""
        return self._reasons if self._in_reasons else self._letters

    def draw_now(self) -> None:
        """Draw what is known; read again what has changed since."""
        now = self.console.controller.snapshot()
        asked = self.console.controller.asking.desk.latest
        ended = work_ended(now)
        if ended != self._ended:
            self._ended = ended
            self._ask()
        elif self._order != self.order:
            self._number = 0
            self._ask()
        elif not asked.running and self._due(now):
            self._ask()
        self.see_answers()
        desk = asked.result
        if desk is None:
            told = clean(asked.error, 400) if asked.error else _("reading")
            self._head.show([line(" ", Span(told, "bad" if asked.error else "dim")), line()])
        else:
            self._draw_desk(desk, now, asked.error)
        named = [(self.console.shown_keys(ids), text) for ids, text in self.hints(now)]
        self._keys.show([key_line(named, self._keys.size.width)])

    def hints(self, now: ControllerSnapshot) -> list[tuple[str, str]]:
        """Return ids of actions, apart by blanks, and what they do."""
        raise NotImplementedError

    def _draw_desk(self, desk: Desk, now: ControllerSnapshot, error: str) -> None:
        formats, plain = self.console.formats, self.console.ascii_only
        self._head.show(desk_head(desk, now, self.console.frame(self.content_size)))
        reasons = reasons_table(desk, now, formats, ascii_only=plain)
        height = min(len(reasons.rows), _MOST_REASONS, max(self.size.height // 3, 2)) + 1
        if self._reasons.styles.height is None or self._reasons.size.height != height:
            self._reasons.styles.height = height
        self._reasons.show_table(reasons, ascii_only=plain, cursor=self._in_reasons)
        if error:
            self._page.show([line(" ", Span(clean(error, 400), "bad"))])
        else:
            self._page.show([page_line(desk, len(self._marked), len(self._edits), formats)])
        drawn = (desk, tuple(self._marked), tuple(self._edits), self._in_reasons)
        # Of the answer before, whose first row would be gone with the next one, nothing is drawn.
        asked = (desk.narrowing, desk.number) == (self._narrowing, self._number)
        if drawn != self._drawn and asked:
            self._drawn = drawn
            table = letters_rows(desk, formats, self._marked, self._edits, ascii_only=plain)
            table = replace(table, ordered=bool(desk.order.sort) and desk.order == self.order)
            self._letters.show_table(table, ascii_only=plain, cursor=not self._in_reasons)

    def see_answers(self) -> None:
        """Go on with what was asked for beside the list."""

    def _due(self, now: ControllerSnapshot) -> bool:
        """Whether the list is to be read again by itself; a service that costs is not."""
        if self.console.controller.settings.engine.is_remote or self._asked_at is None:
            return False
        return (now.at - self._asked_at).total_seconds() >= _AGAIN_S

    def _ask(self) -> None:
        controller = self.console.controller
        self._asked_at = controller.snapshot().at
        self._order = self.order
        self._asked = controller.asking.letters(self._narrowing, self._number, self._order)

    def _narrow(self, narrowing: Narrowing) -> None:
        self._narrowing, self._number = narrowing, 0
        self._letters.start_over()
        self._ask()

    def action_other(self) -> None:
        """Go to the reasons, or to the letters."""
        self._in_reasons = not self._in_reasons
        self._drawn = ()
        self.draw_now()

    def action_turn(self, step: int) -> None:
        """Show another page, where there is one."""
        desk = self.desk
        number = self._number + step
        if desk is None or number < 0 or number * PAGE >= desk.matching:
            self.console.tell(_("There is no further page."))
            return
        self._number = number
        self._letters.start_over()
        self._ask()

    def action_again(self) -> None:
        """Read the list again."""
        self._ask()

    def action_view(self) -> None:
        """Show what was dismissed, or what waits."""
        self._marked.clear()
        self._narrow(replace(self._narrowing, dismissed=not self._narrowing.dismissed, reason=None))

    def action_narrow(self) -> None:
        """Type what the letters must have."""
        box = self.query_one(Input)
        box.add_class("-typing")
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Narrow the list, or say what cannot be understood."""
        now = self.console.controller.snapshot().at
        try:
            narrowing = Narrowing.of(event.value, now)
        except DropshipError as error:
            self.console.refuse(error.message + (f" · {error.hint}" if error.hint else ""))
            return
        self._end_typing()
        self._narrow(replace(narrowing, dismissed=self._narrowing.dismissed))

    def on_rows_view_opened(self, event: RowsView.Opened) -> None:
        """Open a row with the mouse."""
        event.stop()
        self.action_open()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor into the list that was clicked."""
        for view, in_reasons in ((self._reasons, True), (self._letters, False)):
            if event.widget is view and self._in_reasons != in_reasons:
                self.action_other()

    def action_open(self) -> None:
        """Narrow to a reason, or show a letter in full."""
        if self._in_reasons:
            row = self._reasons.choose()
            if row is not None:
                reason = None if row.key == ALL else row.key
                self._in_reasons = False
                self._narrow(replace(self._narrowing, reason=reason))
            return
        details = self._details()
        if details is not None:
            self._over.show(details)

    def _details(self) -> RowDetails | None:
        row = self._letters.choose()
        if row is None or not isinstance(row.source, DeskLetter):
            return None
        one = row.source
        place = f"{one.letter.partition}/{one.letter.offset}"
        parts = letter_parts(listed(one))
        frame = self.console.frame(self.content_size)
        return RowDetails(place, partial(desk_letter_details, one), frame, parts=parts)

    def action_leave(self) -> None:
        """End what is typed, take marks away, show all again, or go back."""
        if self.query_one(Input).has_class("-typing"):
            self._end_typing()
        elif self._marked:
            self._set_marks(set())
        elif self._narrowing != Narrowing(dismissed=self._narrowing.dismissed):
            self.query_one(Input).value = ""
            self._narrow(Narrowing(dismissed=self._narrowing.dismissed))
        else:
            self.dismiss()

    def _end_typing(self) -> None:
        self.query_one(Input).remove_class("-typing")
        self.set_focus(None)


_NARROW = "reason: topic: partition: since:2h until:14:05 text"
