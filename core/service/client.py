"""Asks a service, one connection at a time."""

import getpass
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec

from core import __version__
from core.config.settings import Paths
from core.errors import DropshipError, ExitCode
from core.service import wire
from core.service.place import is_free, service_of
from core.service.wire import Caller, FrameError, Reply, Request, Service
from core.text import _, clean, language
from core.text.os_errors import os_reason
from core.warehouse.shared.messages import error_of
from core.warehouse.shared.place import check_owner

ANSWER_S = 5.0
"""How long a service may take to answer a control; nearly all take a millisecond."""


class NoServiceError(DropshipError):
    """No service runs for a data directory, or the one that does cannot be asked."""

    kind = "no_service"
    exit_code = ExitCode.UNREACHABLE


class Connection:
    """A connection to the service of a data directory, until `close`. For one thread at a time.

    Errors: NoServiceError.
    """

    def __init__(
        self, paths: Paths, *, read_only: bool = False, within_s: float = ANSWER_S
    ) -> None:
        owner = service_of(paths)
        if owner is None or is_free(paths):
            raise nothing_runs(paths)
        self._folder = paths.data
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(within_s)
            with suppress(FileNotFoundError):
                check_owner(Path(owner.socket).parent)
            self._socket.connect(owner.socket)
            caller = Caller(wire.PROTOCOL, __version__, _user(), _terminal(), read_only, language())
            wire.send(self._socket, caller)
            self.service: Service = wire.receive(self._socket, Service, wire.MOST_TOLD)
        except (OSError, FrameError, msgspec.MsgspecError) as error:
            self._socket.close()
            raise self._mute(error) from error
        except BaseException:
            self._socket.close()
            raise
        if self.service.refused:
            self._socket.close()
            raise NoServiceError(
                _("the service is dropship {theirs}, this is {ours}").format(
                    theirs=clean(self.service.version, 40), ours=__version__
                ),
                hint=_("use the same version, or end it: kill {pid}").format(pid=self.service.pid),
            )

    def ask(self, control: str, arguments: tuple[Any, ...] = (), result: Any = None) -> Any:
        """Ask for a control; return its result. Errors: those of the control; NoServiceError."""
        try:
            wire.send(self._socket, Request(control, msgspec.Raw(wire.encode(arguments))))
            reply: Reply = wire.receive(self._socket, Reply, wire.MOST_TOLD)
            if reply.fault is None:
                return wire.decode(reply.result, result)
        except (OSError, FrameError, msgspec.MsgspecError) as error:
            raise self._mute(error) from error
        raise error_of(reply.fault)

    def close(self) -> None:
        """End the connection."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self) -> Self:
        """Return this connection."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self.close()

    def _mute(self, error: BaseException) -> NoServiceError:
        reason = os_reason(error) if isinstance(error, OSError) else str(error)
        return NoServiceError(
            _("the service of {folder} does not answer: {reason}").format(
                folder=clean(self._folder), reason=clean(reason, 200)
            ),
            hint=_("it ended, was stopped or hangs; `dropship --run serve` starts one"),
            transient=True,
        )


def nothing_runs(paths: Paths) -> NoServiceError:
    """Return the error that says so."""
    return NoServiceError(
        _("no service runs for {folder}").format(folder=clean(paths.data)),
        hint=_("start one with `dropship --run serve`, or name its folder with --data-dir"),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.geteuid())


def _terminal() -> str:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            return os.ttyname(stream.fileno())
    return ""
