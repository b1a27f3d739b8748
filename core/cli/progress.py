"""Shows progress and warnings on stderr: bars on a terminal, a line every few seconds elsewhere.

Workers only leave figures and lines here and return at once; the main thread paints. So a terminal
that does not read holds up nobody but the painter.
"""

import os
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from core.clock import Clock
from core.rate_meter import RateMeter
from core.text import _, clean
from core.text.number_format import count, decimal, percent

if TYPE_CHECKING:
    from tqdm import tqdm

LINE_EVERY_S = 3.0
PAINT_EVERY_S = 0.1
_MAX_WAITING_LINES = 1_000
_ASSUMED_COLUMNS, _ASSUMED_ROWS = 80, 24


@dataclass
class _Task:
    """One task. total: None where unknown; began and shown_at: monotonic seconds."""

    name: str
    total: int | None
    unit: str
    began: float
    shown_at: float
    done: int = 0
    note: str = ""
    ended: bool = False
    meter: RateMeter = field(default_factory=lambda: RateMeter(window=5.0))


class ProgressPrinter:
    """Takes what workers tell (it is a `Progress`) and paints it.

    bars: draw bars; else print a line now and then. silent: no progress at all, lines only.
    """

    def __init__(self, stream: TextIO | None, clock: Clock, *, bars: bool, silent: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._use_bars = bars and not silent
        self._silent = silent
        self._lock = threading.Lock()
        self._tasks: dict[str, _Task] = {}
        self._lines: deque[str] = deque(maxlen=_MAX_WAITING_LINES)
        self._bars: dict[str, tqdm[Any]] = {}

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Begin a task of `total` units (None: unknown); a task of that name restarts."""
        now = self._clock.monotonic()
        with self._lock:
            self._tasks[task] = _Task(clean(task, 60), total, clean(unit, 20), now, now)

    def update(self, task: str, done: int, note: str = "") -> None:
        """Say how many units are done in all, with a short note."""
        now = self._clock.monotonic()
        with self._lock:
            found = self._tasks.get(task)
            if found is not None:
                found.done, found.note = done, clean(note, 120)
                found.meter.observe(now, done)

    def finish(self, task: str) -> None:
        """End a task."""
        with self._lock:
            found = self._tasks.get(task)
            if found is not None:
                found.ended = True

    def line(self, text: str) -> None:
        """Leave a line to be printed; called from any thread."""
        self._lines.append(text)

    def paint(self) -> None:
        """Print what is new. Called from the main thread only; never raises."""
        with suppress(OSError, ValueError):
            self._paint()

    def close(self) -> None:
        """Paint a last time and take the bars away."""
        self.paint()
        for bar in self._bars.values():
            with suppress(OSError, ValueError):
                bar.close()
        self._bars.clear()

    def _paint(self) -> None:
        while self._lines:
            self._print(self._lines.popleft())
        if self._silent:
            return
        now = self._clock.monotonic()
        with self._lock:
            tasks = dict(self._tasks)
            for name in [name for name, task in tasks.items() if task.ended]:
                del self._tasks[name]
        for name, task in tasks.items():
            if self._use_bars:
                self._draw(name, task)
            elif not task.ended and now - task.shown_at >= LINE_EVERY_S:
                task.shown_at = now
                self._print(_line_of(task, now))
            if task.ended:
                self._end(name, task, now)

    def _print(self, text: str) -> None:
        if self._stream is None:
            return
        for bar in self._bars.values():
            bar.clear()
        self._stream.write(text + "\n")
        self._stream.flush()
        for bar in self._bars.values():
            bar.refresh()

    def _draw(self, name: str, task: _Task) -> None:
        bar = self._bars.get(name)
        if bar is None:
            if task.ended:
                return
            bar = self._bars[name] = _new_bar(task, self._stream, len(self._bars))
        bar.set_postfix_str(task.note, refresh=False)
        if not bar.update(max(task.done - bar.n, 0)):
            bar.refresh()

    def _end(self, name: str, task: _Task, now: float) -> None:
        bar = self._bars.pop(name, None)
        if bar is not None:
            bar.close()
        if self._use_bars or now - task.began >= LINE_EVERY_S:
            self._print(_last_line(task, now))


def _new_bar(task: _Task, stream: TextIO | None, position: int) -> "tqdm[Any]":
    from tqdm import tqdm  # noqa: PLC0415 - only on a terminal

    tqdm.monitor_interval = 0  # no thread of its own
    sized = _has_size(stream)
    known = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {rate_fmt} {remaining}{postfix}"
    unknown = "{desc} {n_fmt} {rate_fmt}{postfix}"
    return tqdm(
        desc=task.name,
        total=task.total,
        initial=task.done,  # what was done before is no part of the rate
        unit=f" {task.unit}",
        unit_scale=True,
        file=stream,
        dynamic_ncols=sized,
        ncols=None if sized else _ASSUMED_COLUMNS,
        nrows=None if sized else _ASSUMED_ROWS,
        leave=False,
        position=position,
        mininterval=0,
        bar_format=known if task.total is not None else unknown,
    )


def _has_size(stream: TextIO | None) -> bool:
    """Return whether a terminal tells its size; some (serial lines, bare ptys) answer 0 x 0."""
    try:
        return stream is not None and min(os.get_terminal_size(stream.fileno())) > 0
    except (OSError, ValueError):
        return False


def _line_of(task: _Task, now: float) -> str:
    """Return where a task is: count, share, rate, time left, note."""
    parts = [f"{count(task.done)} {task.unit}".rstrip()]
    rate = task.meter.per_second
    if task.total:
        parts = [
            f"{count(task.done)} / {count(task.total)} {task.unit}".rstrip(),
            percent(task.done / task.total),
        ]
    if rate > 0:
        parts.append(f"{decimal(rate, 0)}/s")
        if task.total and task.total > task.done:
            parts.append(_("{time} left").format(time=_duration((task.total - task.done) / rate)))
    elif task.total is None and task.done == 0:
        parts = [_duration(now - task.began)]
    if task.note:
        parts.append(task.note)
    return _("{task}: {told}").format(task=task.name, told=", ".join(parts))


def _last_line(task: _Task, now: float) -> str:
    """Return how a task ended."""
    took = max(now - task.began, 1e-6)
    if task.done == 0:
        return _("{task}: {told}").format(task=task.name, told=_duration(took))
    return _("{task}: {done} {unit} in {time}, {rate}/s").format(
        task=task.name,
        done=count(task.done),
        unit=task.unit,
        time=_duration(took),
        rate=decimal(task.done / took, 0),
    )


def _duration(seconds: float) -> str:
    """Return seconds as 12.3 s, 4:05 or 1:02:03."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{decimal(seconds, 1)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
