"""Decoders of messages, each made once, and one at a time.

What msgspec knows of a type it finds out at the first use of it. Two threads that do so for one
dataclass at the same moment end the process by SIGSEGV (seen with msgspec 0.22).
"""

from threading import Lock
from typing import Any

import msgspec

_making = Lock()


class Decoders:
    """One decoder for each type. options: of every decoder. Any thread."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._made: dict[Any, msgspec.msgpack.Decoder[Any]] = {}

    def decode(self, data: bytes | msgspec.Raw, kind: Any) -> Any:
        """Return a message of a type. Errors: msgspec.MsgspecError where it is not one."""
        decoder = self._made.get(kind)
        if decoder is None:
            with _making:
                decoder = self._made[kind] = msgspec.msgpack.Decoder(kind, **self._options)
        try:
            return decoder.decode(data)
        except RecursionError:
            raise msgspec.DecodeError("nested too deep") from None
