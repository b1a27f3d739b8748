"""Which calls are for the console. Light: every call of `dropship` passes here first."""

import os
import sys
from collections.abc import Mapping, Sequence

_HEADLESS = ("--run", "--help", "-h", "--version", "--json")


def wants_console(arguments: Sequence[str]) -> bool:
    """Return whether a call asks for the screen: it names no job and asks for no text."""
    return not any(argument.partition("=")[0] in _HEADLESS for argument in arguments)


def unfit_terminal(environ: Mapping[str, str] = os.environ) -> str:
    """Return why no screen can be drawn here, empty when one can."""
    # Textual draws on stderr and reads from stdin.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return "no terminal"
    term = environ.get("TERM", "")
    return "TERM=" + (term or "unset") if term in {"", "dumb"} else ""
