"""What stands for a character that the encoding of a terminal lacks: the nearest ASCII.

Python would write an escape code, which nobody can read. Letters lose their accents, our own signs
become the ASCII that looks like them, and of the rest a question mark is left.
"""

import codecs
import unicodedata
from typing import TextIO

NEAREST = "dropship.nearest"
"""Name of the error handler, for `str.encode` and streams."""

_SIGNS = {
    "\u00a0": " ",
    "\u00ab": '"',
    "\u00bb": '"',
    "\u00b7": "-",
    "\u00d7": "x",
    "\u0152": "OE",
    "\u0153": "oe",
    "\u2013": "-",
    "\u2014": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2026": "...",
    "\u2192": "->",
    "\u2190": "<-",
    "\u2212": "-",
    "\u20ac": "EUR",
}


def nearest(text: str) -> str:
    """Return a text in ASCII."""
    return "".join(_nearest(character) for character in text)


def use_nearest(stream: TextIO | None) -> None:
    """Let a stream write the nearest ASCII for what its encoding lacks."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=NEAREST)


def is_utf8(stream: TextIO | None) -> bool:
    """Return whether a stream writes UTF-8."""
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "ascii").name == "utf-8"
    except LookupError:
        return False


def _nearest(character: str) -> str:
    if character.isascii():
        return character
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _SIGNS.get(character) or bare or "?"


def _on_error(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return nearest(error.object[error.start : error.end]), error.end


codecs.register_error(NEAREST, _on_error)
