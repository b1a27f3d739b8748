"""A pseudo-terminal whose bytes are counted and timed as they come, for `benchmarks.console`."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).resolve().parent.parent
_QUESTION = "(b)"
"""Stands on the screen while a console with work under way asks what becomes of it."""
_CODES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class BenchTerminal:
    """A console in a terminal of 120x36 with 256 colours. Use as a context.

    folder: holds its data. probe: the file for what the event loop's probe finds, None without one.
    """

    def __init__(self, folder: Path, *, probe: Path | None = None) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        environ = {
            name: value
            for name, value in os.environ.items()
            if name not in {"NO_COLOR", "COLORTERM", "TEXTUAL_THEME"}
        }
        environ |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        module = "tui.entry"
        if probe is not None:
            module = "benchmarks.console_probe"
            environ["PROBE"] = str(probe)
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "--data-dir", str(folder / "data")],
            cwd=folder,
            env=environ,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._seen = psutil.Process(self.process.pid)
        self._output = bytearray()
        self.sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self._master)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def cpu_s(self) -> float:
        """Return the seconds of processor time that the console has taken."""
        times = self._seen.cpu_times()
        return times.user + times.system

    def rest(self, seconds: float) -> None:
        """Read what comes for a while."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self._read(left)

    def wait_for(
        self, wanted: str | re.Pattern[str], seconds: float = 20.0, *, since: int = 0
    ) -> float:
        """Read until a text was drawn after the first `since` bytes; return when, monotonic."""
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        until = monotonic() + seconds
        while not pattern.search(self.text(since)):
            left = until - monotonic()
            if left < 0 or not self._read(left):
                raise RuntimeError(f"the console never drew {wanted!r}: {self.text()[-1500:]}")
        return monotonic()

    def text(self, since: int = 0) -> str:
        """Return what was drawn, without codes, in the order in which it came."""
        return _CODES.sub(b"", bytes(self._output[since:])).decode(errors="replace")

    def time_key(self, key: str, answer: str) -> float:
        """Press a key; return the seconds until the text that answers it is drawn."""
        while self._read(0.0):
            pass
        since, began = self.sent, monotonic()
        self.press(key)
        return self.wait_for(answer, since=since) - began

    def leave(self) -> None:
        """Quit, storing what is under way, and wait for the end."""
        since, asked = self.sent, False
        self.press("q")
        until = monotonic() + 60
        while self.process.poll() is None and monotonic() < until:
            self._read(0.1)
            if not asked and _QUESTION in self.text(since):
                asked = True
                self.press("s")
        if self.process.returncode != 0:
            raise RuntimeError(f"the console ended with {self.process.returncode}")

    def _read(self, seconds: float) -> bool:
        """Read what comes within some seconds; return whether the console still writes."""
        if not select.select([self._master], [], [], seconds)[0]:
            return seconds > 0
        try:
            found = os.read(self._master, 65_536)
        except OSError:  # the other end is closed
            return False
        self._output += found
        self.sent += len(found)
        return True
