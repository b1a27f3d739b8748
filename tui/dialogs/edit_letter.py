"""One dead letter in an editor: what the consumer would say as one types, and what changed."""

from collections.abc import Callable
from typing import ClassVar, cast

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import TextArea

from core.dlq.edits import MOST_BYTES, Edit, difference, payload_of, text_of
from core.errors import InputError
from core.text import N_, _, clean
from core.warehouse.model import StoredDeadLetter
from tui.external_editor import edited_outside
from tui.host import Host
from tui.styled_text import Line, Span, cut, line
from tui.views.frame import keyed
from tui.views.key_hints import key_line
from tui.views.letters import difference_lines
from tui.widgets.lines_view import LinesView


class EditLetter(ModalScreen[Edit | None]):
    """Dismisses with the edit that is kept, or None.

    judge: returns why the consumer would refuse a payload, empty where it takes it. edit: what was
    kept before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", N_("keep"), id="letter.keep", priority=True),
        Binding("ctrl+e", "outside", N_("own editor"), id="letter.outside", priority=True),
        Binding("ctrl+o", "original", N_("original"), id="letter.original", priority=True),
        Binding("f6", "scroll", N_("scroll the changes"), id="letter.scroll", priority=True),
        Binding("escape", "leave", N_("back"), id="letter.leave", priority=True),
    ]

    DEFAULT_CSS = """
    EditLetter {
        background: $background;
        layout: vertical;

        .letter-line { height: 1; width: 100%; }
        #letter-text { height: 3fr; border: round $border; padding: 0; background: $surface; }
        #letter-changes { height: 2fr; border: round $border; padding: 0 1; }
        #letter-changes:focus { border: round $primary; }
    }
    """

    def __init__(
        self, letter: StoredDeadLetter, judge: Callable[[bytes], str], edit: Edit | None = None
    ) -> None:
        super().__init__()
        self._letter = letter
        self._judge = judge
        self._before = letter.payload if edit is None else edit.payload
        self._warned = False
        self.editor = TextArea(
            text_of(self._before), soft_wrap=True, tab_behavior="focus", id="letter-text"
        )
        self._title = LinesView(classes="letter-line")
        self._verdict = LinesView(classes="letter-line")
        self._changes = LinesView()
        self._keys = LinesView(classes="letter-line")

    def compose(self) -> ComposeResult:
        """Yield the text between what it is and what is to be said of it."""
        yield self._title
        yield self.editor
        yield self._verdict
        with VerticalScroll(id="letter-changes") as box:
            box.border_title = _("changes")
            yield self._changes
        yield self._keys

    def on_mount(self) -> None:
        """Type at once."""
        self.editor.focus()
        self.call_after_refresh(self.draw)

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def payload(self) -> bytes:
        """What would be published."""
        return payload_of(self.editor.text, self._letter.payload)

    @property
    def changed(self) -> bool:
        """Whether something else than before is there."""
        return self.payload != (self._before or b"")

    @property
    def lines(self) -> list[Line]:
        """What is said of the text, for tests."""
        return [*self._title.lines, *self._verdict.lines, *self._changes.lines]

    def draw(self) -> None:
        """Say what the consumer would, and what changed."""
        letter, payload = self._letter, self.payload
        width = max(self.size.width - 2, 1)
        place = f"{clean(letter.topic, 60)}/{letter.partition}/{letter.offset}"
        was = f"{clean(letter.reason, 60)}: {clean(letter.detail, 200)}"
        self._title.show([cut(line(" ", Span(place, "bold"), Span(f" · {was}", "wait")), width)])
        why = self._judge(payload) if len(payload) <= MOST_BYTES else _("too large for the console")
        good = Span(_("the consumer takes this payload"), "ok")
        self._verdict.show([cut(line(" ", Span(why, "bad") if why else good), width)])
        changes = difference_lines(difference(letter.payload, payload), width - 4)
        self._changes.styles.height = len(changes)
        self._changes.show(changes)
        hints = [
            (self.console.shown_keys("letter.keep"), _("keep")),
            (self.console.shown_keys("letter.outside"), _("own editor")),
            (self.console.shown_keys("letter.original"), _("original")),
            ("esc", _("back")),
            (self.console.shown_keys("letter.scroll"), _("scroll the changes")),
        ]
        self._keys.show([key_line(hints, width)])

    def on_text_area_changed(self) -> None:
        """Judge what is there now."""
        self._warned = False
        if self.is_attached and self.size:
            self.draw()

    def on_resize(self) -> None:
        """Draw for another width."""
        self.call_after_refresh(self.draw)

    def action_keep(self) -> None:
        """Keep the edit where the consumer would take it."""
        payload = self.payload
        why = self._judge(payload) if len(payload) <= MOST_BYTES else _("too large for the console")
        if why:
            self.console.refuse(_("This payload would come back: {reason}").format(reason=why))
            return
        unchanged = payload == (self._letter.payload or b"")
        self.dismiss(None if unchanged else Edit(self._letter.event_id, payload))

    def action_outside(self) -> None:
        """Edit the text in the person's own editor."""
        text = self.editor.text
        try:
            with self.app.suspend():
                made = edited_outside(text, MOST_BYTES)
        except SuspendNotSupported:
            self.console.refuse(_("This terminal cannot be lent to another program."))
        except InputError as error:
            self.console.refuse(error.message + (f" · {error.hint}" if error.hint else ""))
        else:
            self.take(made)

    def take(self, text: str) -> None:
        """Hold another text; what could drive the terminal becomes escapes."""
        if text != self.editor.text:
            self.editor.text = text_of(text.encode(errors="surrogatepass"))
        self.draw()

    def action_original(self) -> None:
        """Put the original payload back."""
        self.editor.text = text_of(self._letter.payload)

    def action_scroll(self) -> None:
        """Go to the changes, or back to the text."""
        box = self.query_one("#letter-changes")
        (self.editor if box.has_focus else box).focus()

    def action_leave(self) -> None:
        """Go back; what was typed is asked for once."""
        if self.changed and not self._warned:
            self._warned = True
            told = _("Not kept yet: [ctrl+s] keeps it, escape again drops it.")
            self.console.refuse(keyed(told, {"ctrl+s": "letter.keep"}, self.console.key_of))
            return
        self.dismiss(None)
