"""Threads of ours: none ends by an exception in silence.

A thread that dies takes its work along, and Python tells only stderr. So every thread we start is
a `WatchedThread`: what escapes its body is logged at ERROR with the thread's name, kept in
`failures` (for screens, alerts, metrics and exit codes), and told to its owner. Code of ours that
runs in a library's threads stands inside `reported`, and `excepthook` is the net below all others.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread

from core.clock import SystemClock
from core.text import _, clean

_NAME, _REASON = 100, 300


@dataclass(frozen=True)
class ThreadFailure:
    """What ended a thread, as one harmless line, and when (UTC)."""

    thread: str
    error: str
    at: datetime


_failures: dict[str, ThreadFailure] = {}
_guard = Lock()


def failures() -> tuple[ThreadFailure, ...]:
    """Return what ended threads of this process that nobody has started again; oldest first."""
    with _guard:
        return tuple(_failures.values())


def forget(name: str) -> None:
    """Take a failure back: a thread of this name works again."""
    with _guard:
        _failures.pop(clean(name, _NAME), None)


def report(name: str, error: BaseException) -> None:
    """Say aloud that an exception, which nobody expected, ended the work of a thread."""
    import logging  # noqa: PLC0415 - this module is part of what `--help` loads

    name, reason = clean(name, _NAME), clean(error, _REASON) or type(error).__name__
    logging.getLogger(__name__).error(
        _("thread {name} failed: {error}").format(name=name, error=reason),
        exc_info=(type(error), error, error.__traceback__),
    )
    with _guard:
        _failures.pop(name, None)
        _failures[name] = ThreadFailure(name, reason, SystemClock().now())


@contextmanager
def reported(name: str) -> Iterator[None]:
    """Report what the block raises instead of passing it on; nobody above would hear it."""
    forget(name)
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - there is nobody else to tell it
        report(name, error)


def excepthook(args: threading.ExceptHookArgs) -> None:
    """Report what ended a thread that is none of ours; for `threading.excepthook`."""
    name = args.thread.name if args.thread is not None else "?"
    report(name, args.exc_value if args.exc_value is not None else args.exc_type())


class WatchedThread(Thread):
    """A daemon thread whose end by an exception is reported.

    on_failure: told in the thread itself what ended it, so that its owner can show it.
    """

    def __init__(
        self,
        name: str,
        body: Callable[[], object],
        *,
        on_failure: Callable[[BaseException], object] | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._body = body
        self._on_failure = on_failure

    def run(self) -> None:
        """Do the work, and report what ends it early."""
        forget(self.name)
        try:
            self._body()
        except BaseException as error:  # noqa: BLE001 - there is nobody else to tell it
            report(self.name, error)
            if self._on_failure is not None:
                with reported(f"{self.name}-failure"):
                    self._on_failure(error)
