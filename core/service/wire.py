"""What a service and those who look at it say to each other: short frames of typed messages.

A frame is four bytes of length and one message in MessagePack. A connection begins with who calls
(`Caller`) and who serves (`Service`); then each `Request` has its `Reply`.
"""

import socket
import struct
from pathlib import Path
from typing import Any

import msgspec

from core.warehouse.shared.decoders import Decoders
from core.warehouse.shared.messages import Fault

PROTOCOL = 1
"""Raised with every change of a message that `stop` and `status` of another version would miss."""

MOST_ASKED = 1 << 20
"""Bytes of what a caller may send at once."""
MOST_TOLD = 64 << 20
"""Bytes of what a service may send at once: a history, or the records of a topic that are shown."""

_LENGTH = struct.Struct("!I")


class Caller(msgspec.Struct):
    """Who calls: version, user and terminal for the log. read_only: changes nothing.

    language: what it is answered in, as far as the service makes the words for it.
    """

    protocol: int
    version: str
    user: str = ""
    terminal: str = ""
    read_only: bool = False
    language: str = ""


class Service(msgspec.Struct):
    """Who serves, and since when (ISO 8601). fingerprint: of pipeline and SQL.

    refused: why the caller is not served; empty when it is.
    """

    protocol: int
    version: str
    pid: int
    since: str
    fingerprint: str
    refused: str = ""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One control by name, with its arguments."""

    control: str
    arguments: msgspec.Raw = msgspec.Raw(b"\x90")


class Reply(msgspec.Struct):
    """What came of it."""

    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    fault: Fault | None = None


class FrameError(Exception):
    """What came is no frame of ours, or the other end is gone."""


def encode(message: object) -> bytes:
    """Return a message as bytes. Paths travel whole: the other end works in another folder."""
    return msgspec.msgpack.encode(message, enc_hook=_told)


def decode(data: bytes | msgspec.Raw, kind: Any) -> Any:
    """Return a message of a type. Errors: msgspec.MsgspecError where it is not one."""
    return _DECODERS.decode(data, kind)


def send(connection: socket.socket, message: object) -> None:
    """Send a message. Errors: OSError."""
    data = encode(message)
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket, kind: Any, most: int) -> Any:
    """Wait for a message of a type. Errors: FrameError, OSError, msgspec.MsgspecError."""
    (length,) = _LENGTH.unpack(_bytes(connection, _LENGTH.size))
    if length > most:
        raise FrameError(f"a message of {length} bytes")
    return decode(_bytes(connection, length), kind)


def _bytes(connection: socket.socket, wanted: int) -> bytes:
    parts = bytearray()
    while len(parts) < wanted:
        part = connection.recv(min(wanted - len(parts), 1 << 20))
        if not part:
            raise FrameError("the connection ended")
        parts += part
    return bytes(parts)


def _told(value: object) -> object:
    if isinstance(value, Path):
        return str(value.absolute())
    raise NotImplementedError(type(value).__name__)


def _understood(kind: type, value: object) -> object:
    if kind is object:
        return value
    if issubclass(kind, Path):
        return kind(str(value))
    raise NotImplementedError(kind.__name__)


_DECODERS = Decoders(strict=False, dec_hook=_understood)
