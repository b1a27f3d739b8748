"""The application: owns the desk, draws it four times a second, and leaves nothing behind."""

import contextlib
from collections.abc import Callable, Sequence
from threading import Thread
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from core.errors import DropshipError
from core.operations.desk import Desk
from core.text import N_, _
from tui.formats import Formats
from tui.screens.confirm import ConfirmScreen
from tui.screens.help import HelpScreen
from tui.screens.leave import LeaveScreen
from tui.screens.main import MainScreen

_FRAMES_PER_S = 4
_DEMO_ORDERS, _DEMO_RATE = 5_000, 250.0


class Console(App[int]):
    """The console. clock_on: draw by a timer (tests draw by hand)."""

    CSS_PATH = "styles/app.tcss"
    TITLE = "dropship"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d",
            "demo",
            N_("demo"),
            id="app.demo",
            tooltip=N_("run the whole pipeline once, or cancel that"),
        ),
        Binding("t", "theme", N_("theme"), id="app.theme", tooltip=N_("light or dark"), show=False),
        Binding("question_mark", "help", N_("help"), id="app.help", key_display="?"),
        Binding(
            "q", "leave", N_("quit"), id="app.quit", tooltip=N_("end everything cleanly and leave")
        ),
        Binding("ctrl+c", "leave", N_("quit"), id="app.interrupt", show=False, priority=True),
    ]

    def __init__(
        self, desk: Desk, formats: Formats, *, ascii_only: bool = False, timer: bool = True
    ) -> None:
        super().__init__()
        self.desk = desk
        self.formats = formats
        self.ascii_only = ascii_only
        self._timer_on = timer
        self._main = MainScreen()
        self._leaving = False

    def on_mount(self) -> None:
        """Open the back ends in the background and begin to draw."""
        self.push_screen(self._main)
        self.desk.open()
        if self._timer_on:
            self.set_interval(1 / _FRAMES_PER_S, self.tick)

    def tick(self) -> None:
        """Draw the present moment."""
        self._main.draw(self.desk.snapshot())

    def shown_bindings(self) -> list[Binding]:
        """Return the keys of the application that the footer names."""
        found = [
            entry for entry in MainScreen.BINDINGS if isinstance(entry, Binding) and entry.show
        ]
        return found + [
            entry for entry in self.BINDINGS if isinstance(entry, Binding) and entry.show
        ]

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something whose options may be refused, and say why when they are."""
        try:
            action()
        except DropshipError as error:
            self.tell(error.message)

    def tell(self, message: str) -> None:
        """Show a short message for a while."""
        self.notify(message, markup=False)

    def ask_unless(
        self, harmless: bool, title: str, lines: Sequence[str], action: Callable[[], object]
    ) -> None:
        """Do something at once when it is harmless, else after a yes."""
        if harmless:
            self.attempt(action)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.attempt(action)

        self.push_screen(ConfirmScreen(title, lines), answered)

    def action_demo(self) -> None:
        """Run the demonstration after saying what it does; while it runs, offer to cancel it."""
        now = self.desk.snapshot()
        if now.demo.running:
            self.ask_unless(
                False,
                _("Cancel the demonstration?"),
                [_("The producer stops; what was published is still stored.")],
                self.desk.cancel_demo,
            )
            return
        if not now.ready:
            self.tell(now.opening.error or _("The back ends are still being opened."))
            return
        steps = [
            _("1. generate {count} orders in {folder} (replaces what is there)").format(
                count=self.formats.count(_DEMO_ORDERS), folder=self.desk.settings.paths.seed
            ),
            _("2. load customers and products into {warehouse}").format(warehouse=now.warehouse),
            _("3. publish at {rate} to {topic} ({broker}), store and merge").format(
                rate=self.formats.rate(_DEMO_RATE),
                topic=self.desk.settings.kafka.topic,
                broker=now.broker,
            ),
            _("4. validate and write a report"),
        ]
        self.ask_unless(
            False,
            _("Run the whole pipeline?"),
            steps,
            lambda: self.desk.demonstrate(_DEMO_ORDERS, _DEMO_RATE),
        )

    def action_theme(self) -> None:
        """Switch between a dark and a light theme."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_help(self) -> None:
        """Show all keys."""
        screen = [entry for entry in MainScreen.BINDINGS if isinstance(entry, Binding)]
        app = [entry for entry in self.BINDINGS if isinstance(entry, Binding)]
        panes = [
            (f"{pane.NUMBER} {_(pane.TITLE)}", pane.own_bindings()) for pane in self._main.panes
        ]
        self.push_screen(HelpScreen([(_("everywhere"), [*screen, *app]), *panes]))

    def action_leave(self) -> None:
        """End everything cleanly, then leave."""
        if self._leaving:
            self.action_force_quit()
            return
        self._leaving = True
        self.push_screen(LeaveScreen())
        Thread(target=self._close, name="leaving", daemon=True).start()

    def action_force_quit(self) -> None:
        """Leave without waiting."""
        self.exit(0)

    def _close(self) -> None:
        self.desk.close()
        with contextlib.suppress(RuntimeError):  # forced meanwhile
            self.call_from_thread(self.exit, 0)
