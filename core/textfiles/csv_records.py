"""Records of a CSV text one by one, each with the physical line it begins on (RFC 4180).

A quick reader hands over here whatever it cannot be exact about: quotes, line
breaks inside fields, blank lines, rows with too many or too few fields, bytes that are not UTF-8.
A line ends with a line feed; a carriage return before it belongs to the line's end.
"""

import re
from dataclasses import dataclass, field

from core.text import _, ngettext

MAX_RECORD_BYTES = 1 << 20
"""A longer record is rejected, so that memory stays bounded whatever the file holds."""

_QUOTED = re.compile(rb'"((?:[^"]|"")*+)"')
_PLAIN = re.compile(rb"[^,\n]*")


@dataclass(frozen=True)
class RejectedRow:
    """A row that was left out: its line in the file (the header is 1) and the reason."""

    line: int
    reason: str


@dataclass
class Scan:
    """What a piece of text held.

    records: line and fields of each good record. consumed: bytes that are dealt with; the rest is
    an unfinished record. lines: line feeds among them.
    """

    records: list[tuple[int, list[bytes]]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    consumed: int = 0
    lines: int = 0


def scan(text: bytes, first_line: int, width: int, *, at_end: bool) -> Scan:
    """Return the records of a text that begins at the start of a record.

    first_line: number of its first line. width: fields that a record must have. at_end: nothing
    follows, so an unfinished record is finished or broken.
    """
    result = Scan()
    position = 0
    while position < len(text):
        line = first_line + result.lines
        feed = text.find(b"\n", position)
        if feed < 0 and not at_end:
            break
        end = len(text) if feed < 0 else feed + 1
        fields, reason = text[position:end].rstrip(b"\r\n").split(b","), ""
        if b'"' in text[position:end]:
            fields, end, reason = _quoted_record(text, position, at_end=at_end)
            if end < 0:
                waits = not at_end and len(text) - position <= MAX_RECORD_BYTES
                if waits:
                    break
                end, reason = _next_line(text, position), _("a quote is never closed")
        if end - position > MAX_RECORD_BYTES:
            reason = too_long()
        _note(result, line, fields, reason, width)
        result.lines += text.count(b"\n", position, end)
        position = end
    result.consumed = position
    return result


def _note(result: Scan, line: int, fields: list[bytes], reason: str, width: int) -> None:
    """Add a record to the good or the rejected ones; a blank line is neither."""
    if not reason and fields == [b""]:
        return
    if not reason and len(fields) != width:
        reason = ngettext(
            "{count} field instead of {width}", "{count} fields instead of {width}", len(fields)
        ).format(count=len(fields), width=width)
    if reason:
        result.rejected.append(RejectedRow(line, reason))
    else:
        result.records.append((line, fields))


def too_long() -> str:
    """Return the reason for a record beyond MAX_RECORD_BYTES."""
    return _("longer than {limit} bytes").format(limit=MAX_RECORD_BYTES)


def _quoted_record(text: bytes, position: int, *, at_end: bool) -> tuple[list[bytes], int, str]:
    """Return fields, end and fault of a record with quotes; end -1 when it is unfinished.

    A quote in the middle of a plain field stands for itself.
    """
    complete = len(text) if at_end else text.rfind(b"\n") + 1
    fields: list[bytes] = []
    while True:
        if text[position : position + 1] == b'"':
            match = _QUOTED.match(text, position)
            if match is None:
                return fields, -1, ""
            fields.append(match[1].replace(b'""', b'"'))
        else:
            match = _PLAIN.match(text, position)
            if match is None:  # pragma: no cover - the pattern matches nothing at all, too
                return fields, -1, ""
            fields.append(match[0].removesuffix(b"\r"))
        position = match.end()
        if position >= complete and not at_end:
            return fields, -1, ""
        if text[position : position + 2] in {b"\r\n", b"\r"}:
            position += 1
        after = text[position : position + 1]
        if after == b",":
            position += 1
        elif after in {b"\n", b""}:
            return fields, min(position + 1, len(text)), ""
        else:
            return fields, _next_line(text, position), _("text follows a closing quote")


def _next_line(text: bytes, position: int) -> int:
    """Return where the line after this position begins."""
    feed = text.find(b"\n", position)
    return len(text) if feed < 0 else feed + 1
