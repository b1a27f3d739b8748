"""Lets processes of the same user look at a controller and steer it, over a Unix socket.

One thread takes connections, and each connection has one. The kernel tells who is at the other
end; nobody but the user of this process is answered.
"""

import logging
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Lock
from typing import Any

import msgspec

from core import __version__
from core.errors import DropshipError
from core.operations.controller import Controller
from core.service import wire
from core.service.controls import CONTROLS, Control
from core.service.parts import Changes
from core.service.wire import Caller, FrameError, Reply, Request, Service
from core.text import N_, clean, speaking
from core.threads import WatchedThread, report
from core.warehouse.shared.fingerprint import fingerprint
from core.warehouse.shared.messages import fault_of

_MOST_CONNECTIONS = 64
_MUTE_S = 60.0
"""A caller that says nothing for so long has to connect again."""
_STAYS = 2
"""Looks that make a console of a caller: `status` takes one."""
_CREDENTIALS = struct.Struct("3i")

log = logging.getLogger(__name__)


class ControlServer:
    """Serves from `start` to `close`. stop: called when somebody wants the service to end."""

    def __init__(
        self, controller: Controller, listener: socket.socket, stop: Callable[[], None], since: str
    ) -> None:
        self._controller = controller
        self._listener = listener
        self._stop = stop
        self._greeting = Service(
            wire.PROTOCOL,
            __version__,
            os.getpid(),
            since,
            fingerprint(controller.settings.pipeline),
        )
        self._closing = Event()
        self._guard = Lock()
        self._connections: set[socket.socket] = set()
        self._thread = WatchedThread("control", self._accept)

    def start(self) -> None:
        """Take connections."""
        self._thread.start()

    def close(self) -> None:
        """Take none any more, and cut those there are."""
        self._closing.set()
        with self._guard:
            open_now = list(self._connections)
        for connection in (self._listener, *open_now):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5.0)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                if self._closing.is_set():
                    return
                self._closing.wait(0.1)  # out of file descriptors: it passes
                continue
            with self._guard:
                full = len(self._connections) >= _MOST_CONNECTIONS
                if not full:
                    self._connections.add(connection)
            if full or self._closing.is_set() or not is_ours(connection):
                self._end(connection)
                continue
            WatchedThread("control-caller", partial(self._serve, connection)).start()

    def _end(self, connection: socket.socket) -> None:
        with self._guard:
            self._connections.discard(connection)
        connection.close()

    def _serve(self, connection: socket.socket) -> None:
        """Answer one caller until it leaves; what it says wrongly ends the connection."""
        try:
            connection.settimeout(_MUTE_S)
            caller: Caller = wire.receive(connection, Caller, wire.MOST_ASKED)
            greeting = self._greeting
            if caller.protocol != wire.PROTOCOL:
                greeting = msgspec.structs.replace(greeting, refused="protocol")
            wire.send(connection, greeting)
            if not greeting.refused:
                self._converse(connection, caller)
        except (FrameError, OSError, msgspec.MsgspecError):
            return
        finally:
            self._end(connection)

    def _converse(self, connection: socket.socket, caller: Caller) -> None:
        looks = _Looks(self._controller, caller)
        with looks.told():
            while not self._closing.is_set():
                request: Request = wire.receive(connection, Request, wire.MOST_ASKED)
                if request.control == "look":
                    (wanted,) = wire.decode(request.arguments, tuple[str])
                    reply = looks.at(wanted)
                else:
                    with speaking(caller.language):
                        reply = self._answered(caller, request)
                wire.send(connection, reply)

    def _answered(self, caller: Caller, request: Request) -> Reply:
        """Do what is asked; errors become the answer."""
        try:
            if request.control == "stop":
                return self._ended(caller)
            control = CONTROLS[request.control]
            arguments = wire.decode(request.arguments, control.arguments)
            result = self._done(caller, request.control, control, arguments)
            return Reply(msgspec.Raw(wire.encode(result)))
        except (DropshipError, msgspec.MsgspecError, KeyError) as error:
            return Reply(fault=fault_of(error))
        except Exception as error:  # noqa: BLE001 - told to the caller and to the log
            report("control-caller", error)
            return Reply(fault=fault_of(error))

    def _done(self, caller: Caller, name: str, control: Control, arguments: Any) -> Any:
        if control.changes:
            if caller.read_only:
                return False if control.result is bool else None
            _log(N_("somebody asked"), caller, name)
        return control.do(self._controller, *arguments)

    def _ended(self, caller: Caller) -> Reply:
        if caller.read_only:
            return Reply(msgspec.Raw(wire.encode(False)))
        _log(N_("somebody asked"), caller, "stop")
        self._stop()
        return Reply(msgspec.Raw(wire.encode(True)))


class _Looks:
    """What one caller is shown: only what changed since its last look."""

    def __init__(self, controller: Controller, caller: Caller) -> None:
        self._controller = controller
        self._caller = caller
        self._changes = Changes(caller.language)
        self._times = 0

    def at(self, wanted: str) -> Reply:
        """Return the parts that changed. wanted: what `Explorer.look_at` keeps fresh for it."""
        self._times += 1
        if self._times == _STAYS:
            _log(N_("a console attached"), self._caller, "look")
        self._controller.explorer.look_at(wanted, viewer=self)
        changed = self._changes.of(self._controller.snapshot())
        return Reply(msgspec.Raw(wire.encode(changed)))

    @contextmanager
    def told(self) -> Iterator[None]:
        """Forget in the end what it wanted to see."""
        try:
            yield
        finally:
            self._controller.explorer.look_at("", viewer=self)
            if self._times >= _STAYS:
                _log(N_("a console left"), self._caller, "look")


def _log(text: str, caller: Caller, control: str) -> None:
    """Say who did it."""
    log.info(
        text,
        extra={
            "control": clean(control, 40),
            "user": clean(caller.user, 60),
            "terminal": clean(caller.terminal, 60),
            "read_only": caller.read_only,
        },
    )


def is_ours(connection: socket.socket) -> bool:
    """Whether the process at the other end is of this user, as the kernel says.

    Where it does not say (not on Linux), the mode of folder and socket has to do.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    told = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    _pid, user, _group = _CREDENTIALS.unpack(told)
    return bool(user == os.geteuid())
