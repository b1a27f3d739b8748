"""Bytes from outside as lines a person can read: JSON indented, everything else as it is.

Nothing of it can drive the terminal: every line passes `clean`. Numbers and order stay as they were
written, so JSON is indented as text instead of being read and written again.
"""

import json
import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from core.text import _, clean
from tui.formats import Formats
from tui.styled_text import Line, Role, Span, fit, line, parted

_USUAL = b'{"event_type":"order_created","order":'
_MOST = 200_000
_DEEPEST = 20
_LONGEST_WORD = 24
_HEX_BYTES = 256
_LONGEST_COLOURED = 4_000
_ASCII = range(0x20, 0x7F)
_TEXT = r'"(?:[^"\\]|\\.)*"'
_JSON = re.compile(
    rf"(?P<name>\s*(?:{_TEXT}: )?)(?P<value>{_TEXT}|[^\[\]{{}},:\s\"]*)(?P<end>[\[\]{{}}]*,?)$"
)


def payload(value: bytes | None, size: int, width: int, formats: Formats) -> list[Line]:
    """Return a payload; what is odd about it first. size: bytes it has in all."""
    if value is None:
        return [line(Span(_("no value (a tombstone)"), "dim"))]
    if not value:
        return [line(Span(_("an empty value"), "dim"))]
    lines = []
    if size > len(value):
        shown = _("the first {shown} of {size}").format(
            shown=formats.bytes(len(value)), size=formats.bytes(size)
        )
        lines.append(line(Span(shown, "wait")))
    text = value.decode("utf-8", "replace")
    if _is_json(text):
        for row in indented(text):
            lines += coloured(clean(row, _MOST), width)
    else:
        for row in text.split("\n"):
            lines += [line(piece) for piece in wrapped(clean(row, _MOST), width)]
    if any(clean(part, _MOST) != part for part in text.split("\n")) or "\ufffd" in text:
        lines += [line(), line(Span(_("bytes, as some are not printable"), "dim"))]
        lines += [line(row) for row in hex_rows(value[:_HEX_BYTES], width)]
    return lines


def coloured(row: str, width: int) -> list[Line]:
    """Return a row of indented JSON in lines: names, what holds them together, values."""
    marked = _JSON.match(row) if len(row) <= _LONGEST_COLOURED else None
    if marked is None:
        return [line(piece) for piece in wrapped(row, width)]
    name, value, end = marked["name"] or "", marked["value"], marked["end"]
    role: Role = "text" if value.startswith('"') else "bold"
    spans = [Span(name, "accent"), Span(value, role), Span(end, "dim")]
    whole = line(*(span for span in spans if span.text))
    lines = []
    for piece in wrapped(row, width):
        first, whole = parted(whole, cell_len(piece))
        lines.append(first)
    return lines


def parts(
    key: bytes | None, headers: Sequence[tuple[str, bytes | None]], value: bytes | None
) -> list[tuple[str, str]]:
    """Return key, headers and value as harmless texts, by name; what is not there is left out."""
    named = "\n".join(f"{clean(name, 40)}: {_whole(told)}" for name, told in headers)
    found = [(_("key"), _whole(key)), (_("headers"), named), (_("value"), _whole(value))]
    return [(name, text) for name, text in found if text]


def _whole(value: bytes | None) -> str:
    rows = (value or b"").decode("utf-8", "replace").split("\n")
    return "\n".join(clean(row, _MOST) for row in rows)


def preview(value: bytes | None, most: int = 300) -> str:
    """Return the beginning of a payload as one harmless line."""
    if value is None:
        return _("(tombstone)")
    # What nearly every record begins with tells nothing, and takes the room of what does.
    rest = value.removeprefix(_USUAL)
    sign = "…" if len(rest) < len(value) else ""
    return sign + clean(rest, most) if value else _("(empty)")


def wrapped(text: str, width: int) -> list[str]:
    """Return text in pieces of at most `width` cells that together are the whole text.

    Pieces end behind a space where one is near, so that words stay whole.
    """
    pieces: list[str] = []
    while cell_len(text) > width:
        piece = chop_cells(text, max(width, 2))[0]
        end = piece.rfind(" ") + 1
        if text[len(piece)] != " " and end > len(piece) - _LONGEST_WORD:
            piece = piece[:end] or piece
        pieces.append(piece)
        text = text[len(piece) :]
    return [*pieces, text] if text or not pieces else pieces


def pairs(rows: Sequence[tuple[str, str]], width: int, name_width: int = 14) -> list[Line]:
    """Return names with their values, long values over several lines."""
    lines = []
    names = min(name_width, max(width // 2, 1))
    for name, value in rows:
        for index, part in enumerate(wrapped(value, width - names)):
            label = fit("" if index else name, names - 1) + " "
            lines.append(line(Span(label, "dim"), part))
    return lines


def indented(text: str) -> list[str]:
    """Return JSON text with a line for each member, its tokens as they were written."""
    lines: list[str] = []
    now, depth = "", 0
    for piece in _tokens(text):
        if piece in "}]":
            if now.strip():
                lines.append(now)
            depth -= 1
            now = _indent(depth) + piece
        elif piece in "{[":
            lines.append(now + piece)
            depth += 1
            now = _indent(depth)
        elif piece == ",":
            lines.append(now + piece)
            now = _indent(depth)
        else:
            now += ": " if piece == ":" else piece
    return [*lines, now] if now.strip() else lines


def hex_rows(data: bytes, width: int) -> list[str]:
    """Return bytes as place, hexadecimal and ASCII: sixteen a row where the width allows."""
    # Each byte takes three cells as hexadecimal and one as ASCII; the place takes six.
    count = next((size for size in (16, 8, 4) if 6 + 4 * size + 1 <= width), 2)
    rows = []
    for start in range(0, len(data), count):
        piece = data[start : start + count]
        shown = "".join(chr(byte) if byte in _ASCII else "." for byte in piece)
        rows.append(f"{start:04x}  {piece.hex(' '):<{3 * count - 1}}  {shown}")
    return rows


def _indent(depth: int) -> str:
    return "  " * min(max(depth, 0), _DEEPEST)


def _tokens(text: str) -> Iterator[str]:
    """Yield strings, punctuation and everything between, without white space around them."""
    begin, index, count = 0, 0, len(text)
    while index < count:
        char = text[index]
        if char == '"':
            end = index + 1
            while end < count and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            index = end + 1
            continue
        if char in "{}[],:":
            between = text[begin:index].strip()
            if between:
                yield between
            yield char
            begin = index + 1
        index += 1
    rest = text[begin:].strip()
    if rest:
        yield rest


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except (ValueError, RecursionError):
        return False
