"""One of a few, over what is shown: Enter or a click takes it, Escape leaves."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from core.text import N_, _


class ChooseScreen(ModalScreen[str | None]):
    """Dismisses with the value that was taken, or None. choices: values, and how each reads.

    present: the value that holds now; the cursor begins there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", N_("close"), id="choose.close"),
        Binding("j", "move(1)", N_("next"), id="choose.next", show=False),
        Binding("k", "move(-1)", N_("previous"), id="choose.previous", show=False),
    ]

    DEFAULT_CSS = """
    ChooseScreen {
        align: center middle;
        background: $background 60%;

        #choose {
            width: 70;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            border: round $border;
            border-title-color: $text-primary;
            background: $surface;
            padding: 0 1;
        }
        OptionList, OptionList:focus {
            height: auto;
            border: none;
            padding: 0;
            background: $surface;
        }
        #choose-keys { color: $text-muted; }
    }
    """

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], present: str = "") -> None:
        super().__init__()
        self._heading = title
        self._choices = choices
        self._present = present

    def compose(self) -> ComposeResult:
        """Yield the values."""
        with Vertical(id="choose") as box:
            box.border_title = self._heading
            yield OptionList(
                *(
                    Option(Text(told, no_wrap=True, overflow="ellipsis"))
                    for _value, told in self._choices
                ),
                markup=False,
            )
            yield Label(_("Enter takes it, Esc cancels"), id="choose-keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the present one."""
        options = self.query_one(OptionList)
        values = [value for value, _told in self._choices]
        options.highlighted = values.index(self._present) if self._present in values else 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take a value."""
        event.stop()
        self.dismiss(self._choices[event.option_index][0])

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()
