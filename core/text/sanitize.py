"""The one function that every string from outside passes before it reaches a person.

Payloads, keys, headers, topic names, CSV cells and driver errors may hold escape sequences that
drive the terminal, bidi marks that reorder what is read, or zero-width characters that hide.
Each such character becomes U+FFFD, so that the reader sees something was there.
"""

import re

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


def clean(value: object, limit: int = MAX_LENGTH) -> str:
    """Return a value as one harmless line of at most `limit` characters.

    Bytes are read as UTF-8, with U+FFFD for what is not. What is cut ends in an ellipsis.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        text = bytes(value[: 4 * limit + 4]).decode("utf-8", "replace")
    else:
        text = str(value)
    if len(text) > limit:
        text = text[: limit - 1] + "…" if limit > 0 else ""
    return _UNSAFE.sub("\ufffd", text)


def clean_tree(value: object, limit: int = MAX_LENGTH) -> object:
    """Return a JSON-like value with every string in it, keys too, made harmless."""
    if isinstance(value, dict):
        return {clean(key, limit): clean_tree(item, limit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_tree(item, limit) for item in value]
    if isinstance(value, (str, bytes)):
        return clean(value, limit)
    return value
