"""One check in full: its message, its figures, and the rows it found."""

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen

from core.text import N_, _
from core.validation.model import CheckResult
from tui.lines import EMPTY, Line, Span, fit, line
from tui.views.blocks import rule
from tui.views.frame import Frame, wrap
from tui.views.strip import STATUS_ROLES
from tui.widgets.lines_view import LinesView

_NAME = 24
_ROW_NAME = 20


class CheckDetails(ModalScreen[None]):
    """Shows a check; frame: how the main screen draws."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", N_("close"), id="details.close"),
        Binding("j,down", "move(1)", N_("down"), id="details.down", show=False),
        Binding("k,up", "move(-1)", N_("up"), id="details.up", show=False),
    ]

    DEFAULT_CSS = """
    CheckDetails {
        align: center middle;
        background: $background 60%;

        #details {
            width: 100;
            max-width: 100%;
            height: auto;
            max-height: 96%;
            border: round $border;
            background: $surface;
            padding: 0 2;
        }
    }
    """

    def __init__(self, check: CheckResult, frame: Frame) -> None:
        super().__init__()
        self._check = check
        self._frame = frame
        self._view = LinesView()

    def compose(self) -> ComposeResult:
        """Yield the lines in a box that scrolls."""
        with VerticalScroll(id="details") as box:
            box.border_title = self._check.name
            box.border_subtitle = _("escape closes")
            yield self._view

    def on_mount(self) -> None:
        """Draw once the width is known."""
        self.call_after_refresh(self._draw)

    def on_resize(self, _event: Resize) -> None:
        """Draw for another width."""
        self.call_after_refresh(self._draw)

    def action_move(self, step: int) -> None:
        """Scroll."""
        self.query_one("#details", VerticalScroll).scroll_relative(y=step, animate=False)

    def _draw(self) -> None:
        width = self.query_one("#details", VerticalScroll).scrollable_content_region.width
        frame = Frame(width, 0, self._frame.formats, self._frame.ascii_only, full=True)
        lines = details(self._check, frame)
        self._view.styles.height = len(lines)
        self._view.show(lines)

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return self._view.lines


def details(check: CheckResult, frame: Frame) -> list[Line]:
    """Return everything a check says, in lines of the frame's width."""
    role = STATUS_ROLES[check.status]
    lines = [
        line(Span(part, role))
        for part in wrap(f"{check.status.name} · {check.message}", frame.width)
    ]
    took = frame.formats.milliseconds(check.elapsed_s * 1_000)
    lines.append(line(Span(_("checked in {span}").format(span=took), "dim")))
    if check.figures:
        lines += [EMPTY, rule(_("figures"), frame), *_pairs(check.figures, _NAME, frame)]
    if check.rows:
        title = _("rows it found, the first {count}").format(count=len(check.rows))
        lines += [EMPTY, rule(title, frame)]
    for index, row in enumerate(check.rows):
        lines += [EMPTY] if index else []
        lines += _pairs(row, _ROW_NAME, frame)
    return lines


def _pairs(pairs: Mapping[str, object], name_width: int, frame: Frame) -> list[Line]:
    lines = []
    for name, value in pairs.items():
        parts = wrap(_text(value), frame.width - name_width - 1) or ["–"]
        for index, part in enumerate(parts):
            label = fit("" if index else name, name_width)
            lines.append(line(Span(label + " ", "dim"), part))
    return lines


def _text(value: object) -> str:
    """Return a figure as text; figures are harmless already."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
