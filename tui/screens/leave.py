"""Leaving: what would be lost is asked about, what is stored shows how far it is, then all ends."""

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from core.operations.leaving import Stage
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, ngettext
from tui.host import Host
from tui.styled_text import bar, plain

_BAR = 30


class LeaveScreen(ModalScreen[None]):
    """Shown until the controller is closed or the person stays; ctrl+c leaves at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "app.force_quit", N_("quit now"), id="leave.force", priority=True),
        Binding("enter", "first", N_("the first answer"), id="leave.first", show=False),
        Binding("s", "store", N_("store them now"), id="leave.store"),
        Binding("b", "background", N_("keep it running"), id="leave.background"),
        Binding("k,escape", "stay", N_("stay in the console"), id="leave.stay"),
        Binding("L", "lose", N_("lose them"), id="leave.lose"),
    ]

    AUTO_FOCUS = ""  # it would take a button that is not displayed, and Enter be lost in it

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._stage = Stage.HERE

    def compose(self) -> ComposeResult:
        """Yield a title, what there is to know, and the answers, which only the question has."""
        with Vertical(id="leaving"):
            yield Label(_("Shutting down"), id="dialog-title", markup=False)
            yield Label("", id="leaving-text", markup=False)
            with Horizontal(id="dialog-buttons"):
                background = Button(_("Keep it running (b)"), id="background", variant="primary")
                background.display = False
                yield background
                yield Button(_("Store them now (s)"), id="store", variant="primary")
                yield Button(_("Stay (k)"), id="stay")
                yield Button(_("Lose them (L)"), id="lose", variant="error")

    def on_mount(self) -> None:
        """Show the present moment at once."""
        self.draw(cast("Host", self.app).controller.snapshot())

    def draw(self, now: ControllerSnapshot) -> None:
        """Show a moment; nothing before the parts are there, and once they are taken down."""
        if not self.query("#lose"):
            return
        stage = now.leaving.stage
        title, text = self._told(now)
        if (stage, title, text) == self._shown:
            return
        self._shown = (stage, title, text)
        self.query_one("#dialog-title", Label).update(title)
        self.query_one("#leaving-text", Label).update(text)
        if stage is not self._stage:
            self._stage = stage
            asking, choosing = stage is Stage.ASKING, stage is Stage.CHOOSING
            self.query_one("#dialog-buttons").display = asking or choosing
            self.query_one("#background").display = choosing
            self.query_one("#lose").display = asking
            store = self.query_one("#store", Button)
            store.label = _("Store and stop (s)") if choosing else _("Store them now (s)")
            self.set_focus(None)  # until then Enter is the screen's own
            if asking or choosing:
                # What is not displayed yet could not have the focus.
                first = "#background" if choosing else "#store"
                self.call_after_refresh(self.query_one(first, Button).focus)

    def _told(self, now: ControllerSnapshot) -> tuple[str, str]:
        if now.attached:
            return _("Leaving"), _("The service goes on; dropship attaches to it again.")
        if now.leaving.stage is Stage.CHOOSING:
            return _("The pipeline is at work"), _ways()
        if now.leaving.stage is Stage.ASKING:
            return _question(now, self.console), _choices(now)
        if now.leaving.stage is Stage.STORING and now.leaving.progress.total:
            return _("Storing what the embedded broker holds"), _progress(now, self.console)
        text = [
            _("The producer is flushed and the consumer stores what was published."),
            _("ctrl+c quits now; what is stored stays stored."),
        ]
        return _("Shutting down"), "\n".join(text)

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the mouse or Enter."""
        answers = {
            "background": self.action_background,
            "store": self.action_store,
            "stay": self.action_stay,
            "lose": self.action_lose,
        }
        answers[event.button.id or "stay"]()

    def action_store(self) -> None:
        """Store the records, then leave."""
        self.console.controller.leaving.store()

    def action_first(self) -> None:
        """Take the first answer; a button that has the focus takes the key itself."""
        if self._stage is Stage.CHOOSING:
            self.action_background()
        elif self._stage is Stage.ASKING:
            self.action_store()

    def action_background(self) -> None:
        """Store what this process holds, and let a service go on."""
        self.console.controller.leaving.go_on()

    def action_lose(self) -> None:
        """Leave without them."""
        self.console.controller.leaving.lose()

    def action_stay(self) -> None:
        """Do not leave."""
        self.console.controller.leaving.stay()


def _question(now: ControllerSnapshot, console: Host) -> str:
    unstored = now.unstored or 0
    return ngettext(
        "{count} record is not stored", "{count} records are not stored", unstored
    ).format(count=console.formats.count(unstored))


def _ways() -> str:
    return "\n".join(
        [
            _("Keep it running: a service goes on in the background; dropship attaches to it."),
            _("A stream goes on there; the replay of a file ends here."),
            _("Store and stop: what was published is stored, then all ends."),
            _("Stay: the pipeline keeps running in this console."),
        ]
    )


def _choices(now: ControllerSnapshot) -> str:
    why = now.leaving.why
    return "\n".join(
        [
            *([_("Storing failed: {why}").format(why=why), ""] if why else []),
            _("The broker runs inside this console and keeps its records in memory only."),
            "",
            _("Store them now: a consumer stores them, then the console ends."),
            _("Stay: the pipeline keeps running."),
            _("Lose them: they are gone for good. Made-up orders cannot be published again."),
        ]
    )


def _progress(now: ControllerSnapshot, console: Host) -> str:
    form, progress = console.formats, now.leaving.progress
    drawn = bar(progress.stored / progress.total, _BAR, ascii_only=console.ascii_only)
    stored = _("stored {done} of {total}").format(
        done=form.count(progress.stored), total=form.count(progress.total)
    )
    lines = [
        f"{drawn.text}  {stored} · {form.rate(progress.rate)}",
        *([progress.waiting_for] if progress.waiting_for else []),
        "",
        _("escape goes back to the console; ctrl+c quits now and loses what is not stored."),
    ]
    text = "\n".join(lines)
    return plain(text) if console.ascii_only else text
