"""What surrounds the panes: strip, banner and tabs above them, keys below."""

from collections.abc import Iterable, Sequence

from textual.containers import Container
from textual.widget import Widget

from core.operations.snapshot import ControllerSnapshot
from core.text import _
from tui.host import Host
from tui.styled_text import Line, Span, line, parted
from tui.views.footer_tabs import Tab, footer, span_of, tabs
from tui.views.frame import Frame
from tui.views.strip import strip
from tui.widgets.lines_view import LinesView

_ALWAYS = {"app.help", "app.quit"}
"""Keys that the footer never leaves out."""


class Edges:
    """Widgets of one screen, and what they show."""

    def __init__(self) -> None:
        self._strip, self._clock = LinesView(id="strip-parts"), LinesView(id="clock")
        self._banner = LinesView(id="banner")
        self._tabs = LinesView(id="tabs")
        self.footer = LinesView(id="footer")

    def above(self) -> Iterable[Widget]:
        """Yield what stands above the panes."""
        # The clock moves when nothing else does: alone it costs a tenth of the bytes.
        yield Container(self._strip, self._clock, id="strip")
        yield self._banner
        yield self._tabs

    def draw_strip(self, now: ControllerSnapshot, frame: Frame) -> None:
        """Show the flow and the time."""
        (whole,) = strip(now, frame)
        parts, clock = parted(whole, self._strip.size.width)
        self._strip.show([parts])
        self._clock.show([clock])

    def say(self, text: str) -> None:
        """Show in place of the flow why it cannot be shown."""
        self._strip.show([line(Span(text, "bad"))])

    def show_banner(self, lines: list[Line]) -> None:
        """Give the banner the height of its lines; most of the time there are none."""
        if len(lines) != len(self._banner.lines):
            self._banner.styles.height = len(lines)
            self._banner.display = bool(lines)
        self._banner.show(lines)

    def show_tabs(self, titles: Sequence[Tab], chosen: str, width: int) -> None:
        """Show the names of panes. chosen: the name of one."""
        self._tabs.show([tabs(titles, chosen, width)])

    def show_keys(
        self, console: Host, panes: Sequence[str], width: int, *, leads_back: bool
    ) -> None:
        """Show the keys that work everywhere. panes: their keys; leads_back: escape does."""
        pairs = [
            (
                binding.id,
                (
                    self.footer.app.get_key_display(binding),
                    _(binding.description),
                    f"app.simulate_key('{console.keys_now(binding)[0]}')",
                ),
            )
            for binding in console.shown_bindings()
        ]
        always = [hint for name, hint in pairs if name in _ALWAYS]
        hints = [hint for name, hint in pairs if name not in _ALWAYS]
        hints.insert(0, (span_of(panes), _("panes"), ""))
        if leads_back:
            hints.insert(0, (console.shown_keys("pane.restore"), _("board"), "screen.restore"))
        self.footer.show([footer(hints, always, width)])
