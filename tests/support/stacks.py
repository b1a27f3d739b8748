"""Where a process stands that does not end when it should: every thread, in its last words."""

import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from threading import Event

TELLS_STACKS = {"PYTHONFAULTHANDLER": "1"}
"""For the environment of a process: when it is aborted it writes where its threads are."""

_WRITE_S = 5.0
_PAUSE = Event()


def stacks_at_end(process: subprocess.Popen[bytes], output: Callable[[], str]) -> str:
    """End a process by SIGABRT and return what it wrote to stderr in the end.

    output: what of that has been read so far, in another thread.
    """
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGABRT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_WRITE_S)
    _PAUSE.wait(1.0)  # for the reader: pipes and terminals outlive their writer
    return output()[-20_000:]
