"""The application: owns the controller, draws it four times a second, and leaves nothing behind."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.geometry import Size

from core.config.contexts import Context
from core.errors import DropshipError, ExitCode
from core.operations.base import PipelineController
from core.operations.remembered import memory_of
from core.text import _, clean
from core.threads import report, reported
from tui.action_keys import ActionKeys
from tui.announcing import Announcing
from tui.asking_actions import AskingActions
from tui.command_actions import CommandActions
from tui.demonstrating import offer
from tui.drawing import Drawing
from tui.export_actions import ExportActions
from tui.formats import Formats
from tui.keys import CONSOLE_KEYS
from tui.leaving import Leaving
from tui.panes.base import Pane
from tui.recalling import keep, recall
from tui.row_order import Arrangements
from tui.saying import Saying
from tui.screens.help import HelpScreen, help_groups
from tui.screens.main import MainScreen
from tui.styled_text import plain
from tui.switching import Switching
from tui.themes import CHOSEN, OURS, color_system, first_theme, next_theme
from tui.time_window import TimeWindow
from tui.typed_ahead import TypedAhead
from tui.views.frame import Frame, keyed
from tui.work_here import works_here

_FRAMES_PER_S = 4
_KEPT_EVERY = 20
"""Drawings between two looks at what is to be remembered."""
_SCREEN = "screen"


class Console(TypedAhead, ActionKeys, AskingActions, CommandActions, Saying, Switching, App[int]):
    """The console. drawn: called after the first picture. timer: False where tests draw by hand.

    keymap: keys of the person, as `tui.keymap` reads them.
    """

    CSS_PATH = "styles/app.tcss"
    TITLE = "dropship"
    ENABLE_COMMAND_PALETTE = False  # its own key would show Textual's commands

    VERTICAL_BREAKPOINTS = [(0, "-short"), (10, "-high")]  # noqa: RUF012 - as Textual has it
    """Dialogs on a very low screen give their borders to the text."""

    BINDINGS: ClassVar[list[BindingType]] = CONSOLE_KEYS

    def __init__(
        self,
        controller: PipelineController,
        formats: Formats,
        *,
        ascii_only: bool = False,
        timer: bool = True,
        drawn: Callable[[], None] = lambda: None,
        keymap: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.use_keys(keymap or {})
        self.controller = controller
        self.formats = formats
        self.ascii_only = ascii_only
        self._timer_on = timer
        self._drawn = drawn
        self._begun = False
        self.drawing = Drawing()
        self._main = MainScreen()
        self.arrangements = Arrangements()
        self._export = ExportActions(self)
        self.forced = False
        self.memory = memory_of(controller.settings.paths)
        self._frames = 0
        self._announcing = Announcing(self.tell, self.refuse)
        self._leaving = Leaving(self)

    def on_mount(self) -> None:
        """Show the main screen in the theme chosen last."""
        for theme in OURS:
            self.register_theme(theme)
        self.theme = first_theme(self.memory.now.theme, color_system(os.environ))
        self.push_screen(self._main)

    def tick(self) -> None:
        """Draw the present moment; what fails of it is reported, and drawn again the next time."""
        self.drawing.part(_SCREEN, self._draw)
        if not self._begun:
            recall(self._main, self.arrangements, self.memory)
            self._begun = True
            self._main.call_after_refresh(self._begin)

    def _draw(self) -> None:
        now = self.controller.snapshot()
        self._frames += 1
        if self._frames % _KEPT_EVERY == 0:
            self.keep()
        self._main.draw(now)
        self._leaving.draw(now)
        self._announcing.see(now)

    def keep(self) -> None:
        """Remember where the console is; one that may change nothing keeps nothing."""
        if not self.controller.read_only and self._begun:
            keep(self._main, self.arrangements, self.memory)

    def on_unmount(self) -> None:
        """Remember where it was left."""
        self.keep()

    def _handle_exception(self, error: Exception) -> None:
        """End on a defect as on any other error: the log has where, the terminal one line.

        Textual would print a traceback with the values of all variables.
        """
        report(_SCREEN, error)
        super()._handle_exception(error)
        self._return_code = int(ExitCode.INTERNAL)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def _begin(self) -> None:
        """Once the first picture is out: open the back ends, and draw from now on.

        Opening loads DuckDB and the Kafka client; beside that the picture would come later.
        """
        self._drawn()
        self._main.call_after_refresh(self.take_keys)
        self.controller.open()
        if self._timer_on:
            self.set_interval(1 / _FRAMES_PER_S, self.tick)

    @property
    def panes(self) -> list[Pane]:
        """All panes, in the order of their numbers."""
        return self._main.panes

    @property
    def chosen(self) -> Pane:
        """The pane that keys go to."""
        return self._main.chosen

    @property
    def exports(self) -> Path:
        """Where exports and pictures go."""
        return self.controller.settings.paths.data / "exports"

    @property
    def window(self) -> TimeWindow:
        """The time that charts show."""
        return self._main.window

    @property
    def seed_folder(self) -> Path | None:
        """Where the seed pane makes its files; None is the folder of the settings."""
        return self._main.seed_folder

    def frame(self, size: Size, *, full: bool = True) -> Frame:
        """Return what a view of some size draws with. full: it has the whole screen."""
        return Frame(*size, self.formats, self.ascii_only, full, self.key_of, self.window)

    def go_to(self, name: str) -> None:
        """Choose a pane."""
        self._main.action_choose(name)

    def common_bindings(self) -> list[tuple[DOMNode, list[Binding]]]:
        """Return the keys that work everywhere, with what carries their actions out."""
        return [
            (node, [entry for entry in found if isinstance(entry, Binding)])
            for node, found in ((self._main, MainScreen.BINDINGS), (self, self.BINDINGS))
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave `r` to the panes unless there is something to open again."""
        if action == "retry":
            return not self.controller.ready and self.screen is self._main
        return super().check_action(action, parameters)

    def shown_bindings(self) -> list[Binding]:
        """Return the keys of the application that the footer names."""
        every = (*MainScreen.BINDINGS, *self.BINDINGS)
        return [entry for entry in every if isinstance(entry, Binding) and entry.show]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of ours, for looks that do not name them."""
        return CHOSEN

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as the footer and the help show it: of several, the first."""
        binding = self.shown_key(binding)
        shown = super().get_key_display(binding)
        if not self.ascii_only:
            return shown
        return plain(shown) if plain(shown).isascii() else binding.key

    def action_demo(self) -> None:
        """Run the demonstration after saying what it does; while it runs, offer to cancel it."""
        offer(self)

    def action_theme(self) -> None:
        """Go to the next look."""
        self.use_theme(next_theme(self.theme))

    def use_theme(self, name: str) -> None:
        """Take another look, and remember it."""
        self.theme = name
        self.memory.remember(theme=self.theme)

    def action_retry(self) -> None:
        """Open the back ends again."""
        self.controller.open()
        self.tick()

    def action_copy(self) -> None:
        """Copy the text of the chosen pane: OSC 52, which also works over SSH and in tmux."""
        self.call_after_refresh(self._export.copy)  # a pane that was just chosen is not drawn yet

    def action_write(self) -> None:
        """Write the table of the chosen pane to files."""
        self._export.write_pane()

    def action_write_history(self) -> None:
        """Write the history to files."""
        self._export.write_history()

    @work(thread=True, exclusive=True, group="write", exit_on_error=False)
    def write_files(self, write: Callable[[], Sequence[Path]]) -> None:
        """Write files off the screen's thread, and say where they are."""
        message = _("internal error: the log has the details")
        with reported("write"):
            try:
                files = write()
                told = ", ".join(clean(file) for file in files)
                message = _("Saved: {files}").format(files=told)
            except DropshipError as error:
                message = error.message
        with contextlib.suppress(RuntimeError):  # left meanwhile
            self.call_from_thread(self.tell, message)

    def action_picture(self) -> None:
        """Write a picture of the screen, without the messages that lie over it."""
        self.clear_notifications()
        self.call_after_refresh(self._export.picture)

    def action_help(self) -> None:
        """Show all keys: those of the pane first, those of lists once."""
        common = [binding for _node, found in self.common_bindings() for binding in found]
        self.push_screen(HelpScreen(help_groups(self.chosen, self._main.panes, common)))

    def action_leave(self) -> None:
        """Leave: at once where nothing would be lost, else after a question."""
        self.leave_for(None)

    def leave_for(self, context: Context | None) -> None:
        """Leave, and let another context be opened afterwards (None: none)."""
        self.next_context = context
        if not self._leaving.begin():
            self.action_force_quit()

    def action_suspend(self) -> None:
        """Give the terminal to the shell until `fg`, unless that would stop the pipeline too."""
        if works_here(self.controller.snapshot()):
            told = _(
                "The pipeline runs in this console and would stand still. "
                "[q], then b: it goes on in the background, without the console."
            )
            self.tell(keyed(told, {"q": "app.quit"}, self.key_of))
        else:
            self.action_suspend_process()

    async def action_quit(self) -> None:
        """Leave as `q` does: Textual's own way out (ctrl+q) would end nothing cleanly."""
        self.action_leave()

    def action_force_quit(self) -> None:
        """Leave without waiting: what is stored stays stored, the rest is given up."""
        self.forced = True
        self.exit(int(ExitCode.SIGINT))
