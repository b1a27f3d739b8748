"""How the console feels: keys, bytes and processor time on a 120x36 terminal, all panes live.

The console runs in a pseudo-terminal of its own, over the embedded broker and DuckDB. Keys are
typed while 20,000 events a second are published, consumed and merged; each chooses a pane, and its
repaint is the first time that the title of this pane is drawn again. An idle console has been
opened on an empty folder and nothing else.
"""

import os
import re
import statistics
import tempfile
from pathlib import Path
from time import monotonic

from benchmarks.console_terminal import BenchTerminal
from benchmarks.report import Measured, tell

SETTLE_S, KEYS_S, QUIET_S, IDLE_S = 6.0, 25.0, 10.0, 10.0
STREAM_WITHIN_S = 60.0
AT_RATE = re.compile(r"producer (?:19\.[5-9]|20\.[0-5])k/s +\S+ consumer (?:19|20)\.\dk/s")
"""The strip while 20,000 events a second are published and consumed."""
KEY_PAUSE_S = 0.37  # not a multiple of the quarter second between two frames
PANES = (("1", "1 Seed"), ("3", "3 Consumer"), ("2", "2 Producer"))
"""Keys and titles that change with nothing else."""
STARTS = 7
LATEST = 100_000
"""Bytes from the end that hold what the strip showed last."""


def main() -> None:
    """Tell first paint, then an idle console, then a busy one."""
    tell_load("before")
    with tempfile.TemporaryDirectory(prefix="dropship-bench-") as folder:
        tell(Measured("console: first paint, warm", _first_paint(Path(folder)), "s", at_most=0.8))
    with tempfile.TemporaryDirectory(prefix="dropship-bench-") as folder:
        _idle(Path(folder))
    with tempfile.TemporaryDirectory(prefix="dropship-bench-") as folder:
        busy(Path(folder), "console busy")
    tell_load("after")


def tell_load(when: str) -> None:
    """Print the load average of the last minute: other work on the machine shows in all of it."""
    print(f"load average {when}: {os.getloadavg()[0]:.1f}", flush=True)


def _first_paint(folder: Path) -> float:
    """Return seconds from the start of the process until the panes are drawn: a median."""
    taken: list[float] = []
    for number in range(STARTS + 1):
        began = monotonic()
        with BenchTerminal(folder) as terminal:
            terminal.wait_for("Seed")
            if number:  # the first one reads files that are then in memory
                taken.append(monotonic() - began)
            terminal.leave()
    return statistics.median(taken)


def _idle(folder: Path) -> None:
    """Tell what a console costs in which nothing happens."""
    with BenchTerminal(folder) as terminal:
        terminal.wait_for("Nothing here yet")
        terminal.rest(SETTLE_S)
        cpu, sent, began = terminal.cpu_s(), terminal.sent, monotonic()
        terminal.rest(IDLE_S)
        took = monotonic() - began
        share = (terminal.cpu_s() - cpu) / took * 100
        size = (terminal.sent - sent) / took / 1e3
        terminal.leave()
    tell(Measured("console idle: processor", share, "% of a core", at_most=3))
    tell(Measured("console idle: to the terminal", size, "KB/s", at_most=1))


def busy(
    folder: Path,
    name: str,
    *,
    first_sight: str = "Nothing here yet",
    at_rate: re.Pattern[str] = AT_RATE,
) -> None:
    """Tell what a key waits for, and what is written, at 20,000 events a second.

    name: of the figures. first_sight: what stands on the screen once it can be worked with.
    at_rate: what the strip shows once the stream has its rate.
    """
    probe = folder / "probe"
    with BenchTerminal(folder, probe=probe) as terminal:
        terminal.wait_for(first_sight)
        _start_stream(terminal, at_rate)
        terminal.rest(SETTLE_S)
        cpu, began = terminal.cpu_s(), monotonic()
        waits = _type_keys(terminal, began + KEYS_S)
        still, keys_end = terminal.sent, monotonic()
        terminal.rest(QUIET_S)
        ended = monotonic()
        share = (terminal.cpu_s() - cpu) / (ended - began) * 100
        quiet = (terminal.sent - still) / (ended - keys_end) / 1e3
        shown = re.findall(r"(?:prod|cons)\w* \S+/s", terminal.text(-LATEST))[-2:]
        terminal.leave()
    lates = _lateness(probe, began, ended)
    print(f"{len(waits)} keys, {len(lates)} wakes; drawn last: {', '.join(shown)}")
    tell(Measured(f"{name}: key to repaint, median", statistics.median(waits), "ms"))
    tell(Measured(f"{name}: key to repaint, p95", _share(waits, 95), "ms", at_most=60))
    tell(Measured(f"{name}: event loop late, p99", _share(lates, 99), "ms", at_most=50))
    tell(Measured(f"{name}: to the terminal", quiet, "KB/s", at_most=30))
    tell(Measured(f"{name}: processor of its process", share, "% of a core"))


def _start_stream(terminal: BenchTerminal, at_rate: re.Pattern[str]) -> None:
    """Generate the catalogue, then publish and consume a stream of 20,000 orders a second.

    Returns once it runs at that rate.
    """
    terminal.press("1g")
    terminal.wait_for("seed 42")  # what was generated, shown when the catalogue is loaded
    terminal.press("3s")
    terminal.press("2>>my")  # 200 a second, ten times ten times as fast; yes
    terminal.wait_for(at_rate, STREAM_WITHIN_S)


def _type_keys(terminal: BenchTerminal, until: float) -> list[float]:
    """Press keys until a moment; return how long each waited for its repaint, in ms."""
    waits: list[float] = []
    while monotonic() < until:
        key, title = PANES[len(waits) % len(PANES)]
        waits.append(terminal.time_key(key, title) * 1e3)
        terminal.rest(KEY_PAUSE_S)
    return waits


def _lateness(probe: Path, began: float, ended: float) -> list[float]:
    """Return how late the loop's task woke between two moments, in ms."""
    pairs = (line.split() for line in probe.read_text(encoding="ascii").splitlines())
    return [float(late) for at, late in pairs if began <= float(at) <= ended]


def _share(values: list[float], percent: int) -> float:
    """Return a percentile."""
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


if __name__ == "__main__":
    main()
