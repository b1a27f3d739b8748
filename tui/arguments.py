"""Which calls are for the console. Light: every call of `dropship` passes here first."""

import os
import sys
from collections.abc import Mapping, Sequence

from core.text import N_
from core.text.encoding import is_utf8

_HEADLESS = ("--run", "--help", "-h", "--version", "--json")


def wants_console(arguments: Sequence[str]) -> bool:
    """Return whether a call asks for the screen: it names no job and asks for no text."""
    return not any(argument.partition("=")[0] in _HEADLESS for argument in arguments)


def unfit_terminal(environ: Mapping[str, str] = os.environ) -> str:
    """Return why no screen can be drawn here, in English for `_`; empty when one can.

    The encoding is a matter of its own, see `foreign_encoding`.
    """
    # Textual draws on stderr and reads from stdin.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return N_("no terminal")
    term = environ.get("TERM", "")
    if not term:
        return N_("TERM is not set")
    return f"TERM={term}" if term == "dumb" else ""


def foreign_encoding() -> str:
    """Return the name of the terminal's encoding where that is not UTF-8; else nothing.

    Textual draws with signs that other encodings lack, and reads keys as UTF-8 alone.
    """
    stream = sys.__stderr__ or sys.stderr
    return "" if is_utf8(stream) else str(getattr(stream, "encoding", "") or "-")
