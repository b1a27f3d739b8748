"""Charts over the time that the keys choose: held or not, read by a cursor, with marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.operations.history import Sample
from core.operations.mark import Mark, MarkKind
from core.operations.snapshot import ControllerSnapshot
from core.text import _
from tui.styled_text import Line, Role, Span
from tui.views.chart import Series, Times, chart
from tui.views.frame import Frame

_SIGNS: dict[MarkKind, tuple[str, str, Role]] = {
    MarkKind.STARTED: ("▶", ">", "dim"),
    MarkKind.STOPPED: ("■", "#", "dim"),
    MarkKind.FAILED: ("✗", "x", "bad"),
    MarkKind.ALERTED: ("▲", "!", "wait"),
    MarkKind.CHECKED: ("✓", "v", "dim"),
}
_MINUTE_S, _HOUR_S = 60, 3_600


@dataclass(frozen=True)
class Plotted:
    """A curve of samples. value: what of a sample; told: as people read it; latest: of now."""

    name: str
    role: Role
    value: Callable[[Sample], float | None]
    told: Callable[[float | None], str]
    latest: str = ""
    filled: bool = False


def timed_chart(
    title: str,
    curves: Sequence[Plotted],
    now: ControllerSnapshot,
    frame: Frame,
    size: tuple[int, int],
) -> list[Line]:
    """Return a chart of the samples in the frame's window. size: cells across, and lines."""
    window = frame.window
    seen = window.sampled(now)
    back = window.back if window.back is not None and window.back < len(seen.samples) else None
    held = window.held is not None
    series = [
        Series(
            one.name,
            tuple(one.value(sample) for sample in seen.samples),
            one.role,
            "" if held or not seen.samples else one.latest,
            one.filled,
            one.told,
        )
        for one in curves
    ]
    read = (
        frame.formats.clock(seen.until - timedelta(seconds=back * seen.step_s))
        if back is not None
        else ""
    )
    end = frame.formats.clock(seen.until) if held else ""
    marks = tuple(
        ((seen.until - mark.at).total_seconds() / seen.step_s, _sign(mark, frame))
        for mark in seen.marks
    )
    told = f"{title} · {_range(window.seconds)}"
    if held:
        told += " · " + _("paused")
    times = Times(seen.step_s, back, read, marks, end)
    return chart(told, series, *size, frame, times=times)


def _sign(mark: Mark, frame: Frame) -> Span:
    fancy, plain, role = _SIGNS[mark.kind]
    return Span(plain if frame.ascii_only else fancy, role)


def _range(seconds: int) -> str:
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} m"
    return f"{seconds // _HOUR_S} h"
