"""One dead letter with another payload: what a person typed, judged as the consumer would.

The text that is edited is the payload itself, its JSON laid out over lines. What could drive a
terminal stands as JSON escapes, which mean the same inside a string and are refused outside of one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from core.consumer.decoders.reasons import EventError
from core.errors import InputError
from core.text import _, clean
from core.warehouse.model import StoredDeadLetter

if TYPE_CHECKING:
    from core.consumer.decoders.base import Decoder

MOST_BYTES = 262_144
"""Bytes of a payload that is edited on a screen; larger ones are edited as a file."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_INDENT = "  "
_BMP = 0x10000


@dataclass(frozen=True)
class Edit:
    """Another payload for a dead letter."""

    event_id: str
    payload: bytes


@dataclass(frozen=True)
class DiffLine:
    """A line of two texts: only in the first (`-`), only in the second (`+`), or in both."""

    sign: Literal["-", "+", " "]
    text: str


def text_of(payload: bytes | None) -> str:
    """Return the text that a person edits."""
    text = (payload or b"").decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return _harmless(_laid_out(text) if _is_json(text) else text)


def payload_of(text: str, original: bytes | None) -> bytes:
    """Return the payload of an edited text: JSON on one line, anything else as it is typed.

    original: what comes back, byte for byte, where nothing was changed.
    """
    if original is not None and text == text_of(original):
        return original
    if _is_json(text):
        text = "".join(_TOKEN.findall(text))
    return text.encode(errors="surrogatepass")


def refusal(payload: bytes, decoder: "Decoder") -> str:
    """Return why the consumer would refuse a payload, in words; empty when it takes it."""
    try:
        decoder.read(payload)
    except EventError as error:
        return f"{clean(error.reason, 60)}: {clean(error.message, 300)}"
    return ""


def edited(
    letters: Iterable[StoredDeadLetter], edits: Sequence[Edit], decoder: "Decoder"
) -> list[StoredDeadLetter]:
    """Return letters with the payloads of their edits; those that have none as they are.

    A letter without a key gets the key of its event. Errors: InputError for a payload that the
    consumer would refuse again.
    """
    payloads = {edit.event_id: edit.payload for edit in edits}
    return [_with_payload(letter, payloads.get(letter.event_id), decoder) for letter in letters]


def _with_payload(
    letter: StoredDeadLetter, payload: bytes | None, decoder: "Decoder"
) -> StoredDeadLetter:
    if payload is None:
        return letter
    why = refusal(payload, decoder)
    if why:
        where = f"{clean(letter.topic, 60)}/{letter.partition}/{letter.offset}"
        raise InputError(
            _("{where}: the edited payload is still bad: {reason}").format(where=where, reason=why),
            hint=_("edit it again; nothing of it was published"),
        )
    key = decoder.read(payload).key if letter.key is None else letter.key
    # What was edited is a record of its own: also of the merge it may go out.
    return replace(letter, payload=payload, key=key, stage="decode")


def difference(before: bytes | None, after: bytes) -> list[DiffLine]:
    """Return what an edit changes, line by line of both texts."""
    one, other = text_of(before).split("\n"), text_of(after).split("\n")
    lines: list[DiffLine] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [DiffLine(" ", text) for text in one[a:b]]
        else:
            lines += [DiffLine("-", text) for text in one[a:b]]
            lines += [DiffLine("+", text) for text in other[c:d]]
    return lines


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _laid_out(text: str) -> str:
    """Return JSON over lines; strings, numbers and their order stay as they were written."""
    return "".join(_pieces(_TOKEN.findall(text)))


def _pieces(found: Sequence[str]) -> Iterator[str]:
    depth, before = 0, ""
    for piece in found:
        if piece in "]}":
            depth -= 1
        empty = before in {"[", "{"} and piece in "]}"
        if (before and before in "[{," and not empty) or (piece in "]}" and not empty):
            yield "\n" + _INDENT * depth
        yield ": " if piece == ":" else piece
        if piece in "[{":
            depth += 1
        before = piece


def _harmless(text: str) -> str:
    """Return a text with a JSON escape for each character that must not reach a terminal."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        char if char in "\n\t" or char == "\ufffd" or clean(char) == char else _escape(char)
        for char in text
    )


def _escape(char: str) -> str:
    code = ord(char)
    if code < _BMP:
        return f"\\u{code:04x}"
    code -= _BMP
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
