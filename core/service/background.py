"""Starts a service that outlives the process that starts it, and hands it work."""

import subprocess
import sys
from collections.abc import Sequence
from threading import Event

from core.clock import Clock
from core.config import Settings
from core.operations.handover import Handover
from core.service.client import Connection, NoServiceError
from core.text import _, clean

_WITHIN_S = 60.0
_TICK_S = 0.1
_NEVER = Event()


def go_on(settings: Settings, options: Sequence[str], handover: Handover, clock: Clock) -> int:
    """Start a service with some options of the command line; return its process once it works.

    It has a session of its own, so that the end of a terminal is nothing to it; its log tells what
    it does. Errors: NoServiceError when it does not come up; UsageError.
    """
    consume = "--consume" if handover.consume else "--no-consume"
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "core.cli.main", "--run", "serve", "--quiet", consume, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = clock.monotonic() + _WITHIN_S
    while True:
        try:
            with Connection(settings.paths) as connection:
                if handover.produce is not None:
                    connection.ask("start_producer", (handover.produce,), bool)
                process.returncode = 0  # nobody waits for it: it outlives this process
                return connection.service.pid
        except NoServiceError as error:
            if process.poll() is not None or clock.monotonic() >= deadline:
                raise NoServiceError(
                    _("the service did not come up: {reason}").format(reason=error.message),
                    hint=_("its log tells why: {file}").format(file=clean(settings.paths.log_file)),
                ) from error
        clock.wait(_NEVER, _TICK_S)
