"""The line behind `:`: a command with its argument, completed, with what was typed before."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from core.errors import DropshipError
from core.operations.remembered import Memory
from core.text import N_, clean, use_language
from tui.commands import Command, completed, one_of, run_command, told
from tui.formats import Formats
from tui.host import Host
from tui.panes.base import Pane
from tui.screens.filtering import filter_command
from tui.themes import THEMES

_KEPT = 100
_LANGUAGES = ("en", "fr")


class CommandLine(ModalScreen[None]):
    """Takes one command. commands: what there is; before: what was typed, the last one last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("close"), id="command.close"),
        Binding("tab", "complete", N_("complete"), id="command.complete", priority=True),
        Binding("up", "recall(-1)", N_("command before"), id="command.before", priority=True),
        Binding("down", "recall(1)", N_("command after"), id="command.after", priority=True),
    ]

    DEFAULT_CSS = """
    CommandLine {
        align: left bottom;
        background: $background 30%;

        #command-box { height: 2; width: 100%; background: $surface; }
        #command-row { height: 1; }
        #command-sign { width: 2; padding-left: 1; color: $text-primary; }
        #command-told { height: 1; color: $text-muted; padding-left: 2; }
        #command-told.-wrong { color: $text-error; }
        Input, Input:focus { height: 1; border: none; padding: 0; background: $surface; }
    }
    """

    def __init__(self, commands: Callable[[], Sequence[Command]], before: list[str]) -> None:
        super().__init__()
        self._commands = commands()
        self._before = before
        self._place = len(before)

    def compose(self) -> ComposeResult:
        """Yield what could be meant, and the line."""
        with Vertical(id="command-box"):
            yield Label("", id="command-told", markup=False)
            with Horizontal(id="command-row"):
                yield Label(":", id="command-sign", markup=False)
                yield Input(id="command-input", select_on_focus=False)

    def on_mount(self) -> None:
        """Take what is typed."""
        self._line.focus()
        self._tell(told("", self._commands))

    @property
    def _line(self) -> Input:
        return self.query_one("#command-input", Input)

    def _tell(self, text: str, *, wrong: bool = False) -> None:
        label = self.query_one("#command-told", Label)
        label.update(text)
        label.set_class(wrong, "-wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what could be meant."""
        event.stop()
        self._tell(told(event.value, self._commands))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it and close; stay where it cannot be done, and say why."""
        event.stop()
        text = clean(event.value.strip(), 400)
        if not text:
            self.dismiss()
            return
        try:
            run_command(text, self._commands)
        except DropshipError as error:
            self._tell(error.message + (f" · {error.hint}" if error.hint else ""), wrong=True)
            return
        self._before[:] = [*(one for one in self._before if one != text), text][-_KEPT:]
        self.dismiss()

    def action_complete(self) -> None:
        """Complete the name, or the argument."""
        self._put(completed(self._line.value, self._commands))

    def action_recall(self, step: int) -> None:
        """Show what was typed before, or after."""
        self._place = min(max(self._place + step, 0), len(self._before))
        self._put("" if self._place == len(self._before) else self._before[self._place])

    def _put(self, text: str) -> None:
        self._line.value = text
        self._line.cursor_position = len(text)


class Commanded(Host, Protocol):
    """What the common commands need of the application."""

    formats: Formats
    memory: Memory

    def use_theme(self, name: str) -> None:
        """Take another look, and remember it."""
        ...

    def go_to(self, name: str) -> None:
        """Choose a pane."""
        ...

    def call_later(self, callback: Callable[..., object], *args: object) -> bool:
        """Do something once this message is dealt with."""
        ...

    async def run_action(self, action: str, default_namespace: object = None) -> bool:
        """Do what a key does."""
        ...


def common_commands(console: object, panes: Sequence[Pane]) -> list[Command]:
    """Return the commands that are there in every pane; the first pane is the one chosen."""
    host = cast("Commanded", console)
    here = panes[0]

    def later(action: str, where: object = None) -> Callable[[str], object]:
        return lambda _argument: host.call_later(host.run_action, action, where)

    def theme(name: str) -> None:
        host.use_theme(one_of(name, THEMES))

    def language(code: str) -> None:
        chosen = one_of(code, _LANGUAGES)
        use_language(chosen)
        host.formats = Formats(chosen)
        host.memory.remember(language=chosen)
        for pane in panes:
            pane.renew()
        host.tick()

    def going(name: str) -> Callable[[str], object]:
        return lambda _argument: host.call_later(host.go_to, name)

    own = [
        Command(binding.action, "", later(binding.action, here))
        for binding in here.own_bindings()
        if binding.action.isidentifier() and (binding.id or "").startswith(here.NAME)
    ]
    return [
        *own,
        *(Command(pane.NAME, "", going(pane.NAME)) for pane in panes),
        filter_command(host, here),
        Command("theme", " | ".join(THEMES), theme, lambda: THEMES),
        Command("lang", " | ".join(_LANGUAGES), language, lambda: _LANGUAGES),
        Command("export", "", later("app.write")),
        Command("help", "", later("app.help")),
        Command("quit", "", later("app.leave")),
    ]
