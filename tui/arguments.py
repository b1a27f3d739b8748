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
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "no terminal"
    term = environ.get("TERM", "")
    return "TERM=" + (term or "unset") if term in {"", "dumb"} else ""
