"""What a person sees on stderr: progress, warnings, errors; with colours where they are wanted."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from core.cli.output import Fault
from core.cli.progress import ProgressPrinter
from core.clock import SystemClock
from core.text import _, clean
from core.text.encoding import use_nearest

_COLORS = {"warning": "\x1b[33m"}
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


class Stderr:
    """Speaks to the person; everything goes through the board, so that bars stay whole."""

    def __init__(self, arguments: Sequence[str]) -> None:
        use_nearest(sys.stderr)
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self._terminal = terminal and os.environ.get("TERM", "") != "dumb"
        # https://no-color.org
        refused = "--no-color" in arguments or bool(os.environ.get("NO_COLOR"))
        self._color = self._terminal and not refused
        self._quiet = "--quiet" in arguments
        self.printer = ProgressPrinter(
            sys.stderr, SystemClock(), bars=self._terminal, silent=self._quiet
        )

    def record(self, level: str, text: str) -> None:
        """Show a line of the log. text: harmless already."""
        self._say(level.lower(), text)

    def fault(self, fault: Fault) -> None:
        """Show why the run is not good, one line each with its hint."""
        if fault.kind == "interrupted":
            self.notice(fault.message)
            return
        for message, hint in fault.several or ((fault.message, fault.hint),):
            self._say("error", message)
            if hint:
                self.printer.line("  " + _("hint: {hint}").format(hint=hint))

    def lines(self, text: str) -> None:
        """Show lines as they are, made harmless."""
        for line in text.splitlines():
            self.printer.line(clean(line))

    def notice(self, text: str) -> None:
        """Show a line that is no fault; not when quiet is wanted."""
        if not self._quiet:
            self.printer.line(f"dropship: {text}")

    def last_words(self, text: str) -> None:
        """Write a line at once, without the board: the process ends here."""
        with suppress(OSError):
            os.write(2, f"dropship: {text}\n".encode(errors="replace"))

    def _say(self, level: str, text: str) -> None:
        word = {"error": _("error"), "warning": _("warning")}.get(level, level)
        if self._color:
            word = f"{_COLORS.get(level, _RED)}{word}{_PLAIN}"
        self.printer.line("dropship: " + _("{word}: {text}").format(word=word, text=text))
