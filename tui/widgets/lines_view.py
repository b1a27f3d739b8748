"""Shows lines of a view, and repaints only the cells that changed.

Textual's own widgets lay out and repaint whole regions at every update; with live figures several
times a second that costs most of the console's processor time.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.styled_text import EMPTY, Line, Role, action_at, changed_cells, plain_line

_ROLES: tuple[Role, ...] = ("text", "dim", "bold", "ok", "wait", "bad", "accent", "other")


class LinesView(Widget):
    """A widget whose content is a list of lines. `show` takes the next content.

    unmoved: what happens around it now does not change how it looks.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{role}" for role in _ROLES}

    DEFAULT_CSS = """
    LinesView {
        .lines--text { color: $foreground; }
        .lines--dim { color: $text-muted; }
        .lines--bold { color: $foreground; text-style: bold; }
        .lines--ok { color: $text-success; }
        .lines--wait { color: $text-warning; }
        .lines--bad { color: $text-error; text-style: bold; }
        .lines--accent { color: $text-primary; }
        .lines--other { color: $text-accent; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self.unmoved = False
        self._styles_found: dict[Role, Style] = {}
        self._base_found: Style | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from the top; what is below the widget's height is not seen."""
        if getattr(self.app, "ascii_only", False):
            lines = [plain_line(line) for line in lines]
        before, self._lines = self._lines, lines
        changed = []
        for y, (was, now) in enumerate(zip_longest(before, lines, fillvalue=EMPTY)):
            start, cells = changed_cells(was, now) if was != now else (0, 0)
            if cells:
                changed.append(Region(start, y, cells, 1))
        if changed:
            self.refresh(*changed)

    async def on_click(self, event: events.Click) -> None:
        """Do what the part under the pointer is there for."""
        action = action_at(self._lines[event.y], event.x) if event.y < len(self._lines) else ""
        if action:
            event.stop()
            await self.run_action(action)

    def render_line(self, y: int) -> Strip:
        """Return one line as Textual draws it."""
        width = self.size.width
        if self._base_found is None:
            self._base_found = self.rich_style
        base = self._base_found
        if y >= len(self._lines):
            return Strip.blank(width, base)
        segments = [Segment(span.text, self._style(span.role)) for span in self._lines[y].spans]
        return Strip(segments).adjust_cell_length(width, base)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint. Textual asks for all of it when styles have changed."""
        if not regions:
            if self.unmoved and not layout:
                return self
            self._styles_found.clear()
            self._base_found = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _style(self, role: Role) -> Style:
        """Return how a role looks. Textual's own memory of it ends with every repaint."""
        found = self._styles_found.get(role)
        if found is None:
            found = self._styles_found[role] = self.get_component_rich_style(f"lines--{role}")
        return found
