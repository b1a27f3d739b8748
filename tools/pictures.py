"""Makes the pictures and the recording of the documentation: `make pictures`.

A console of its own runs in a pseudo-terminal, on the embedded back ends, in a folder that is gone
afterwards. Keys are pressed in it, it saves its own screenshots, and what it draws is kept with its
times as an asciicast (version 2, https://docs.asciinema.org/manual/asciicast/v2/).
"""

import json
import shutil
import sys
import tempfile
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from tests.support.pictures import shrunk
from tests.support.terminal import Terminal

IMAGES = Path(__file__).parents[1] / "docs" / "images"
COLUMNS, ROWS = 120, 36
_FRAME_S = 0.04
"""Between two frames of a recording."""


class Recording:
    """What a terminal was sent, with the times in seconds since the beginning."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._began = monotonic()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._frames: list[tuple[float, str]] = []
        self._seen = 0
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Record no further."""
        self._ended.set()
        self._thread.join()

    def write(self, file: Path) -> None:
        """Write it as an asciicast of version 2."""
        head = {"version": 2, "width": COLUMNS, "height": ROWS, "env": {"TERM": "xterm-256color"}}
        lines = [head, *([round(at, 3), "o", text] for at, text in self._frames)]
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")

    def _look(self) -> None:
        while not self._ended.wait(_FRAME_S):
            new = bytes(self._terminal.output[self._seen :])
            self._seen += len(new)
            if text := self._decode(new):
                self._frames.append((monotonic() - self._began, text))


class Stage:
    """A console that is shown. folder: where it runs and saves its screenshots."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self._terminal = terminal
        self._folder = folder
        self._clock = Event()

    def press(self, key: str, then_s: float = 1.5) -> None:
        """Press a key and let a spectator see what it does."""
        self._terminal.press(key)
        self.watch(then_s)

    def watch(self, seconds: float) -> None:
        """Let a spectator look."""
        self._clock.wait(seconds)

    def wait_for(self, text: str, seconds: float = 60.0) -> None:
        """Wait until a text has been drawn."""
        self._terminal.wait_for(text, seconds)

    def keep(self, name: str) -> None:
        """Let the console save what it shows, and keep that as a picture of the documentation."""
        before = set(self._folder.rglob("*.svg"))
        self._terminal.press("P")
        self._terminal.wait_until(
            lambda: set(self._folder.rglob("*.svg")) - before, "a screenshot", 20
        )
        self.watch(0.5)
        (made,) = set(self._folder.rglob("*.svg")) - before
        (IMAGES / f"{name}.svg").write_text(shrunk(made.read_text("utf-8")), "utf-8")


@contextmanager
def staged(*options: str) -> Iterator[tuple[Stage, Recording]]:
    """Start a console in a folder of its own, recorded from its first byte until it has ended."""
    folder = Path(tempfile.mkdtemp(prefix="dropship-pictures-"))
    colours = {"term": "xterm-256color", "COLORTERM": "truecolor"}
    try:
        with Terminal(folder, *options, columns=COLUMNS, rows=ROWS, **colours) as it:
            recording = Recording(it)
            it.wait_for("Seed")
            yield Stage(it, folder), recording
            recording.end()
    finally:
        shutil.rmtree(folder)


def main() -> int:
    """Show the console from its first screen to its end."""
    IMAGES.mkdir(exist_ok=True)
    with staged() as (stage, recording):
        stage.watch(2)
        stage.keep("console-empty")
        stage.press("d")
        stage.press("y", 14)
        stage.keep("console-board")
        stage.press("5", 3)
        stage.keep("console-kpis")
        stage.press("6", 3)
        stage.keep("console-events")
        stage.press("8", 2)
        stage.keep("console-alerts")
        stage.press("q", 2)
        recording.end()
        recording.write(IMAGES / "console.cast")
    return 0


if __name__ == "__main__":
    sys.exit(main())
