"""Dead letters as a file that a person can read and edit, and the fixed ones back from it.

One letter a line, as JSON. `payload` is what was published: an object where it is one, else a
string, else `{"base64": "..."}`. An edited payload goes out byte for byte as it stands in the file,
so numbers stay exact. Only `event_id` and `payload` are read back; key and headers stay the
original ones. Nothing is published unless every line is good.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import iso
from core.consumer.decoders.reasons import EventError
from core.errors import InputError
from core.files import cannot_write, replace_file
from core.text import _, clean
from core.text.os_errors import os_reason
from core.warehouse.model import StoredDeadLetter

if TYPE_CHECKING:
    from core.consumer.decoders.base import Decoder

_BASE64 = "base64"
_MOST_BYTES = 1 << 30


def save_letters(
    letters: Sequence[StoredDeadLetter],
    file: Path,
    text: Callable[[bytes | None], bytes | None] = lambda _payload: None,
) -> None:
    """Write letters to a file, whole or not at all; only its owner may read it.

    text: returns the JSON of a payload that is not JSON itself; it stands beside it, to be read.
    Errors: StorageError.
    """
    lines = "".join(_line(letter, text(letter.payload)) + "\n" for letter in letters)
    with cannot_write(file, _("name a file in a folder that exists and has room")):
        replace_file(file, lines.encode(), mode=0o600)


def check_letters(file: Path) -> None:
    """Read a file to fix from, before a warehouse is asked which letters wait.

    A pipe is left alone: what is read of it is gone. Errors: InputError as `edited_letters`.
    """
    if file.is_fifo() or file.is_char_device():
        return
    for number, text in enumerate(_lines(file), start=1):
        if text.strip():
            _read(file, number, text)


def edited_letters(
    letters: Sequence[StoredDeadLetter], file: Path, decoder: "Decoder"
) -> tuple[list[StoredDeadLetter], list[str]]:
    """Return the letters of a file with its payloads, and the ids that are listed no more.

    letters: those that wait. A letter without a key gets the key of its event. decoder: of the
    pipeline whose events they are. Errors: InputError naming file and line, for a line that cannot
    be read, or a payload that the consumer would refuse again.
    """
    waiting = {letter.event_id: letter for letter in letters}
    fixed: dict[str, StoredDeadLetter] = {}
    gone: list[str] = []
    for number, text in enumerate(_lines(file), start=1):
        if not text.strip():
            continue
        event_id, payload = _read(file, number, text)
        if event_id in fixed:
            raise _bad(file, number, _("this dead letter appears twice"))
        letter = waiting.get(event_id)
        if letter is None:
            gone.append(event_id)
            continue
        try:
            event = decoder.read(payload)
        except EventError as error:
            reason = _("the payload is still bad: {reason}: {detail}").format(
                reason=error.reason, detail=clean(error.message, 200)
            )
            raise _bad(file, number, reason) from None
        key = event.key if letter.key is None else letter.key
        fixed[event_id] = replace(letter, payload=payload, key=key)
    return list(fixed.values()), gone


def _line(letter: StoredDeadLetter, text: bytes | None) -> str:
    """Return a letter as one line; its payload is spliced in as it is where that is JSON."""
    known = {
        "event_id": letter.event_id,
        "reason": letter.reason,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "received_at": iso(letter.received_at),
        "key": _shown(letter.key),
        "headers": [[name, _shown(value)] for name, value in letter.headers],
        **({} if text is None else {"decoded": _shown(text)}),
    }
    return f'{json.dumps(known)[:-1]}, "payload": {_as_json(letter.payload)}}}'


def _shown(value: bytes | None) -> object:
    """Return bytes as text where they are text."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {_BASE64: base64.b64encode(value).decode()}


def _as_json(payload: bytes | None) -> str:
    """Return a payload as JSON: itself, if it is an object on one line that means the same."""
    if payload is not None and payload.startswith(b"{") and b"\n" not in payload:
        try:
            text = payload.decode()
            value = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            pass
        else:
            if text.isprintable() and set(value) != {_BASE64}:
                return text
    return json.dumps(_shown(payload))


def _refuse(constant: str) -> None:
    """Refuse NaN and its like: they are not JSON."""
    raise ValueError(constant)


def _lines(file: Path) -> list[bytes]:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).split(b"\n")
    except OSError as error:
        raise InputError(
            _("cannot read {file}: {reason}").format(file=clean(file), reason=os_reason(error)),
            hint=_("write one with `dropship --run dlq --save FILE`"),
        ) from error


def _read(file: Path, number: int, text: bytes) -> tuple[str, bytes]:
    """Return id and payload of one line."""
    import msgspec  # noqa: PLC0415 - only fixing needs it here

    try:
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        event_id = msgspec.json.decode(fields["event_id"], type=str)
        payload = bytes(fields["payload"])
        given = json.loads(payload)
    except (msgspec.MsgspecError, KeyError, ValueError, RecursionError):
        reason = _("this is not a dead letter: it needs event_id and payload, as JSON on one line")
        raise _bad(file, number, reason) from None
    if isinstance(given, str):
        return event_id, given.encode(errors="surrogatepass")
    if isinstance(given, Mapping) and set(given) == {_BASE64}:
        try:
            return event_id, base64.b64decode(str(given[_BASE64]), validate=True)
        except binascii.Error:
            raise _bad(file, number, _("the payload is not base64")) from None
    return event_id, payload


def _bad(file: Path, number: int, reason: str) -> InputError:
    return InputError(
        _("{file}:{line}: {reason}").format(file=clean(file), line=number, reason=reason),
        hint=_("nothing was published: fix that line, or take it out"),
    )
