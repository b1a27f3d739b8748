"""An address that leads to another one, and can be closed and opened again."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self


class Door:
    """A TCP address on loopback behind which another one answers. It begins closed.

    Nobody listens while it is closed, and what went through it before is cut.
    """

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._behind = ("", 0)
        self._lock = Lock()
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def leads_to(self, address: str) -> None:
        """Say who answers behind it."""
        host, _colon, port = address.rpartition(":")
        self._behind = (host, int(port))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Let everybody through."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self._listener = listener
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """Let nobody through any more."""
        with self._lock:
            ends, self._ends = self._ends, []
            listener, self._listener = self._listener, None
        for end in [*([listener] if listener else []), *ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
                far = socket.create_connection(self._behind)
            except OSError:
                return
            with self._lock:
                self._ends += [near, far]
            for source, target in ((near, far), (far, near)):
                Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
