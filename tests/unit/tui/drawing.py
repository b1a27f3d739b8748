"""How the tests of views draw and look."""

from collections.abc import Callable

from core.operations.snapshot import ControllerSnapshot
from tui.formats import Formats
from tui.styled_text import Line, Role
from tui.views.frame import Frame

View = Callable[[ControllerSnapshot, Frame], list[Line]]


def frame(width: int, height: int, *, full: bool = False, ascii_only: bool = False) -> Frame:
    """Return a frame in English."""
    return Frame(width, height, Formats("en"), ascii_only, full)


def drawn(
    view: View, now: ControllerSnapshot, width: int, height: int, *, full: bool = False
) -> str:
    """Return what a view shows, a text line each."""
    return "\n".join(line.text for line in view(now, frame(width, height, full=full)))


def roles_of(lines: list[Line], part: str) -> set[Role]:
    """Return the roles of the spans that hold a text."""
    return {span.role for entry in lines for span in entry.spans if part in span.text}
