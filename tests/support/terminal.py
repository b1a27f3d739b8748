"""The console in a real pseudo-terminal: keys go in, bytes come out, and both ends can be cut."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Self

from tests.support.stacks import TELLS_STACKS, stacks_at_end

ROOT = Path(__file__).parents[2]
_CODES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CRASHES = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}
_START = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from tui.entry import command; command()"
)


class Terminal:
    """A console of its own in a terminal of its own. Use as a context."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        columns: int = 120,
        rows: int = 36,
        term: str = "xterm",
        bend: str = "",
        program: Sequence[str] = (),
        **more: str,
    ) -> None:
        """More settings of the environment may be given by their names.

        bend: code that the console's process runs first, to put a defect in. program: what runs in
        place of the console.
        """
        self._master, self.slave = os.openpty()
        self.resize(columns, rows)
        self.before = self.modes()
        # COLUMNS and LINES would be believed before the terminal itself.
        ours = {"NO_COLOR", "COLUMNS", "LINES"}
        environ = {key: value for key, value in os.environ.items() if key not in ours}
        environ |= {"TERM": term, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        environ |= TELLS_STACKS
        environ |= more
        self.process = subprocess.Popen(
            [*(program or [sys.executable, "-c", f"{bend}\n{_START}"]), *options],
            cwd=folder,
            env=environ,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
        )
        self.output = bytearray()
        self._reading, self._ended = Event(), Event()
        self._reading.set()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._reading.set()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        for handle in (self._master, self.slave):
            if handle >= 0:
                os.close(handle)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a window manager does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self) -> list[object]:
        """Return the terminal's line settings."""
        return termios.tcgetattr(self.slave)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, seconds: float = 40.0, *, since: int = 0) -> None:
        """Wait until a text has been drawn after the first `since` bytes."""
        self._until(lambda: text in self.text(since), seconds, f"{text!r} on the screen")

    def wait_until(self, condition, what: str, seconds: float = 40.0) -> None:
        """Wait for anything else."""
        self._until(condition, seconds, what)

    def text(self, since: int = 0) -> str:
        """Return what was drawn, without the codes; not in the order of the screen."""
        return _CODES.sub(b"", bytes(self.output[since:])).decode(errors="replace")

    def exit_code(self, seconds: float = 60.0) -> int:
        """Wait for the end and return its code."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            shown, since = self.text()[-4000:], len(self.output)
            stacks = stacks_at_end(self.process, lambda: self.text(since))
            raise AssertionError(f"it goes on\n{shown}\n{stacks}") from None
        self._until(self._drained, 5.0, "the last bytes")
        if code in _CRASHES:
            raise AssertionError(f"crashed with {code}\n{self.text()[-20_000:]}")  # with its stacks
        return code

    def stall(self) -> None:
        """Stop reading, as a frozen window or a dead link does."""
        self._reading.clear()

    def hang_up(self) -> None:
        """Close the terminal under the console."""
        self._ended.set()
        self._reader.join(10)
        master, self._master = self._master, -1
        slave, self.slave = self.slave, -1
        os.close(slave)
        os.close(master)

    def _drained(self) -> bool:
        return not select.select([self._master], [], [], 0.05)[0]

    def _read(self) -> None:
        while not self._ended.is_set():
            self._reading.wait()
            if self._master < 0 or not select.select([self._master], [], [], 0.05)[0]:
                continue
            try:
                self.output += os.read(self._master, 65_536)
            except OSError:
                return

    def _until(self, condition, seconds: float, what: str) -> None:
        deadline = monotonic() + seconds
        while not condition():
            if monotonic() > deadline:
                raise AssertionError(f"never: {what}\n{self.text()[-2000:]}")
            self._ended.wait(0.05)
