"""The console with a probe in its event loop: how late a task of the loop wakes.

Started by `benchmarks.console` in a pseudo-terminal, in place of `tui.entry`. The probe asks to be
woken every 10 ms; how much later it is woken is what a key would wait before anything sees it.
PROBE names the file that gets the lateness of each wake, in ms, one line each: time, lateness.
"""

import asyncio
import os
import sys
from pathlib import Path
from time import monotonic

os.environ.setdefault("TEXTUAL_FPS", "120")  # as `tui.entry` does

import tui.app
import tui.run

_EVERY_S = 0.01


class ProbedConsole(tui.app.Console):
    """The console, and one task beside it."""

    CSS_PATH = str(Path(tui.app.__file__).parent / "styles" / "app.tcss")

    def on_mount(self) -> None:
        """Open as the console does, and begin to measure."""
        super().on_mount()
        self._lates: list[str] = []
        self._probe = asyncio.create_task(self._measure())

    def on_unmount(self) -> None:
        """Write what was measured."""
        self._probe.cancel()
        Path(os.environ["PROBE"]).write_text("\n".join(self._lates), encoding="ascii")

    async def _measure(self) -> None:
        while True:
            due = monotonic() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            now = monotonic()
            self._lates.append(f"{now:.4f} {(now - due) * 1e3:.3f}")


def main() -> int:
    """Run the console with its probe; return its exit code."""
    # `run_console` makes its console by this name.
    vars(tui.run)["Console"] = ProbedConsole
    return tui.run.run_console(sys.argv[1:], os.environ)


if __name__ == "__main__":
    sys.exit(main())
