"""The one function that every string from outside passes before it reaches a person.

Secrets are masked here as well once `mask_with` has told how, and before anything is cut: of a
secret at the cut, a mask that came later would not know the head.

Payloads, keys, headers, topic names, CSV cells and driver errors may hold escape sequences that
drive the terminal, bidi marks that reorder what is read, or zero-width characters that hide.
Each such character becomes U+FFFD, so that the reader sees something was there.
"""

import re
from typing import Protocol

MAX_LENGTH = 2_000
"""Characters kept of one string unless the caller says otherwise."""

# C0 and C1 controls (tab and newline too: one string is one line), line and paragraph separators,
# bidi marks and isolates, interlinear marks, tags, noncharacters, lone surrogates, and whatever
# Unicode calls default-ignorable (soft hyphen, zero-width marks, fillers, word joiners, byte order
# mark, ...), except the variation selectors that emoji need (U+FE00 to U+FE0F).
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)


class Mask(Protocol):
    """What hides secrets. longest: characters of the longest one."""

    longest: int

    def head(self, text: str, limit: int) -> str:
        """Return the beginning of a text, each secret that begins in it masked as a whole."""
        ...


class _Nothing:
    """Hides nothing."""

    longest = 0

    def head(self, text: str, limit: int) -> str:
        return text[:limit]


_mask: Mask = _Nothing()


def mask_with(mask: Mask | None) -> None:
    """Let `clean` hide the secrets of this process from now on; None: no more."""
    global _mask  # noqa: PLW0603 - as the language: one process, one set of secrets
    _mask = mask or _Nothing()


def clean(value: object, limit: int = MAX_LENGTH) -> str:
    """Return a value as one harmless line of at most `limit` characters.

    Bytes are read as UTF-8, with U+FFFD for what is not. What is cut ends in an ellipsis.
    """
    mask = _mask
    if isinstance(value, (bytes, bytearray, memoryview)):
        text = bytes(value[: 4 * (limit + mask.longest) + 4]).decode("utf-8", "replace")
    else:
        text = str(value)
    shown = mask.head(text, limit)
    if len(text) > limit or len(shown) > limit:
        shown = mask.head(text, limit - 1)[: limit - 1] + "…" if limit > 0 else ""
    return _UNSAFE.sub("\ufffd", shown)


def clean_tree(value: object, limit: int = MAX_LENGTH) -> object:
    """Return a JSON-like value with every string in it, keys too, made harmless."""
    if isinstance(value, dict):
        return {clean(key, limit): clean_tree(item, limit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_tree(item, limit) for item in value]
    if isinstance(value, (str, bytes)):
        return clean(value, limit)
    return value
