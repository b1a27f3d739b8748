"""One of a few values on one line: arrows or space take the next, a click the one under it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from core.text import N_


class Choice(Widget, can_focus=True):
    """Shows all values with the chosen one marked. `value` is one of `values`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--other"}

    DEFAULT_CSS = """
    Choice {
        height: 1;
        .choice--chosen { color: $text-primary; text-style: bold; }
        .choice--other { color: $text-muted; }
        &:focus .choice--chosen { background: $row-cursor; color: $row-cursor-text; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "move(1)", N_("next value"), id="choice.next", show=False),
        Binding("left", "move(-1)", N_("previous value"), id="choice.before", show=False),
    ]

    def __init__(self, values: Sequence[str], value: str, *, id: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id)
        self.values = tuple(values)
        self.value = value

    def action_move(self, step: int) -> None:
        """Take the value that many places on."""
        self._take((self.values.index(self.value) + step) % len(self.values))

    def on_click(self, event: events.Click) -> None:
        """Take the value under the pointer."""
        start = 0
        for index, name in enumerate(self.values):
            start += len(name) + 3
            if event.x < start:
                self._take(index)
                return

    def _take(self, index: int) -> None:
        self.value = self.values[index]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the values, the chosen one in brackets."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        segments = []
        for name in self.values:
            chosen = name == self.value
            style = self.get_component_rich_style("choice--chosen" if chosen else "choice--other")
            segments.append(Segment(f"[{name}]" if chosen else f" {name} ", style))
            segments.append(Segment(" ", base))
        return Strip(segments).adjust_cell_length(self.size.width, base)
