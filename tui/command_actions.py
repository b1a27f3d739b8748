"""Commands by name: the line behind `:`, and the palette of every action."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol, cast

from textual.command import CommandPalette
from textual.geometry import Size
from textual.screen import Screen

from core.errors import UsageError
from core.operations.base import PipelineController
from core.operations.offset_target import OffsetTarget
from core.operations.remembered import Memory
from core.text import _, clean
from tui.commands import Command, one_of
from tui.dialogs.row_details import RowDetails
from tui.keymap import keymap_file, keymap_text, write_keymap
from tui.panes.base import Pane
from tui.screens.command_line import CommandLine, common_commands
from tui.screens.main import MainScreen
from tui.screens.palette import Actions
from tui.styled_text import Line, line
from tui.views.frame import Frame

_EXPLORED = ("topics", "groups", "brokers")


class _Desk(Protocol):
    """What is needed of the application beside."""

    controller: PipelineController
    panes: list[Pane]
    chosen: Pane
    screen: Screen[Any]
    keymap: Mapping[str, str]
    size: Size

    def tell(self, message: str) -> None:
        """Show a short message for a while."""
        ...

    def frame(self, size: Size) -> Frame:
        """Return what a view of some size draws with."""
        ...

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], object] = ...) -> object:
        """Show a screen over the others."""
        ...

    def call_later(self, callback: Callable[..., object], *args: object) -> bool:
        """Do something once this message is dealt with."""
        ...

    def context_command(self) -> Command:
        """Return the command that chooses a context."""
        ...

    def open_sql(self, text: str = "") -> None:
        """Show the editor for SQL."""
        ...

    def open_trace(self, key: str = "") -> None:
        """Show where a key is."""
        ...

    def open_explore(self, part: str = "", words: str = "") -> None:
        """Show topics, groups or brokers of the cluster."""
        ...

    def open_peek(self, place: str = "") -> None:
        """Show records of the topic from a place on."""
        ...


class CommandActions:
    """Part of the application. What was typed before is remembered."""

    memory: Memory

    def commands(self) -> list[Command]:
        """Return what the command line takes: of the pane, then of the others, then everywhere."""
        desk = cast("_Desk", self)
        panes = sorted(desk.panes, key=lambda pane: pane is not desk.chosen)
        own = {one.name: one for pane in reversed(panes) for one in pane.commands()}
        asking = (
            Command("sql", _("a statement that only reads"), self._later(desk.open_sql)),
            Command("trace", _("a key"), self._later(desk.open_trace)),
            Command("seek", _("begin, end, 2@1200, 15m, 14:05 or 2026-11-29T14:05"), self._seek),
            *(Command(part, _("words of a row"), self._exploring(part)) for part in _EXPLORED),
            Command(
                "keymap",
                _("write; without it all keys are listed"),
                self._keys,
                lambda: ("write",),
            ),
            desk.context_command(),
        )
        return [*own.values(), *asking, *common_commands(self, panes)]

    def _later(self, opened: Callable[[str], object]) -> Callable[[str], object]:
        # The line closes first: only the screen on top can.
        return lambda argument: cast("_Desk", self).call_later(opened, argument)

    def _keys(self, argument: str) -> None:
        """List all keys, or write them to the file. Errors: UsageError, StorageError."""
        desk = cast("_Desk", self)
        if not argument:
            text = keymap_text(desk.keymap)
            listing = RowDetails(_("Keys"), partial(_listed, text), desk.frame(desk.size))
            desk.call_later(desk.push_screen, listing)
            return
        one_of(argument, ("write",))
        file = keymap_file()
        if not write_keymap(file, desk.keymap):
            raise UsageError(
                _("{file} is there already").format(file=clean(file)),
                hint=_("keymap lists what may stand in it; y copies that"),
            )
        desk.tell(_("Saved: {files}").format(files=clean(file)))

    def _exploring(self, part: str) -> Callable[[str], object]:
        desk = cast("_Desk", self)
        return lambda words: desk.call_later(desk.open_explore, part, words)

    def _seek(self, place: str) -> None:
        desk = cast("_Desk", self)
        if place:  # refused here, where it can be corrected
            OffsetTarget.of(place, desk.controller.snapshot().at)
        desk.call_later(desk.open_peek, place)

    def action_command(self) -> None:
        """Take a command."""
        desk = cast("_Desk", self)
        if isinstance(desk.screen, MainScreen):
            before = list(self.memory.now.commands)
            line = CommandLine(self.commands, before)
            desk.push_screen(line, lambda _: self.memory.remember(commands=tuple(before)))

    def action_palette(self) -> None:
        """Show every action by name."""
        desk = cast("_Desk", self)
        if not isinstance(desk.screen, CommandPalette):
            desk.push_screen(
                CommandPalette([Actions], placeholder=_("Find an action"), id="--command-palette")
            )


def _listed(text: str, _frame: Frame) -> list[Line]:
    return [line(row) for row in text.splitlines()]
