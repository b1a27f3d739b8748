"""A tmux server of its own: keys go in as a person's do, and the screen is read as it is drawn."""

import re
import shutil
import subprocess
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Self

TMUX = shutil.which("tmux")


class Tmux:
    """One window of a server that no other test and no person shares. Use as a context.

    folder: where the shell command runs; short paths only, as the server's socket lies in it.
    """

    def __init__(self, folder: Path, command: str, columns: int = 120, rows: int = 36) -> None:
        assert TMUX is not None
        self._base = [TMUX, "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self._pause = Event()
        size = ["-x", str(columns), "-y", str(rows)]
        self._call("new-session", "-d", "-s", "t", *size, "-c", str(folder), command)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        subprocess.run([*self._base, "kill-server"], check=False, capture_output=True)

    def press(self, *keys: str) -> None:
        """Press keys, named as tmux names them."""
        self._call("send-keys", "-t", "t", *keys)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._call("resize-window", "-t", "t", "-x", str(columns), "-y", str(rows))

    @property
    def screen(self) -> str:
        """What the window shows."""
        return self._call("capture-pane", "-p", "-t", "t")

    def flag(self, name: str) -> str:
        """Return what tmux knows of the terminal, for example alternate_on."""
        return self._call("display-message", "-p", "-t", "t", f"#{{{name}}}").strip()

    def wait_for(self, pattern: str, seconds: float = 30.0) -> re.Match[str]:
        """Wait until the screen shows what a regular expression describes."""
        deadline = monotonic() + seconds
        while True:
            seen = self.screen
            found = re.search(pattern, seen)
            if found is not None:
                return found
            assert monotonic() < deadline, f"never seen: {pattern}\n{seen}"
            self._pause.wait(0.1)

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._base, *arguments], check=True, capture_output=True, text=True, encoding="utf-8"
        )
        return done.stdout
