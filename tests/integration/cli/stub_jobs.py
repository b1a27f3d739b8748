"""The real command with a stand-in for the job `broker`: `stub_jobs.py BEHAVIOUR [arguments]`.

The stand-in keeps to the contract of jobs and misbehaves in one way, so that the frame's answer to
it can be seen from outside.
"""

import ctypes
import os
import sys
import threading
import types
from dataclasses import dataclass
from decimal import Decimal

from core.cli.main import entry_point
from core.errors import BrokerError, InputError
from core.jobs.base import JobContext, Summary


@dataclass(frozen=True)
class Options:
    """None."""


@dataclass(frozen=True)
class Result:
    """What a job gives back."""

    found: dict[str, object]
    bad: str = ""

    def fields(self) -> dict[str, object]:
        return self.found

    def summary(self) -> Summary:
        return Summary(lines=("the summary",))


class BrokenResult(Result):
    """Cannot tell what it found."""

    def fields(self) -> dict[str, object]:
        raise RuntimeError("no fields")


def ready() -> None:
    os.write(2, b"ready\n")


def good(_context: JobContext) -> Result:
    return Result({"money": Decimal("1234.5"), "hostile": "\x1b[31m\u202e"})


def noisy(_context: JobContext) -> Result:
    print("a stray print")  # noqa: T201 - the very thing that must not reach stdout
    os.write(1, b"a stray write\n")
    ctypes.CDLL(None).puts(b"a stray line of C")
    ctypes.CDLL(None).fflush(None)
    return Result({"sent": 1})


def bad(_context: JobContext) -> Result:
    return Result({"sent": 1}, bad="3 events were not delivered")


def broken(_context: JobContext) -> Result:
    raise ValueError("boom " + os.environ.get("KAFKA_CONF_SASL_PASSWORD", ""))


def leaving(_context: JobContext) -> Result:
    raise SystemExit(0)


def mute(_context: JobContext) -> Result:
    return BrokenResult({})


def circular(_context: JobContext) -> Result:
    found: dict[str, object] = {}
    found["self"] = found
    return Result(found)


def halfway(context: JobContext) -> Result:
    context.note({"sent": 7})
    context.part("seed").note({"orders": 5})
    raise InputError("orders.csv:3: no", hint="fix it")


def stray_thread(_context: JobContext) -> Result:
    thread = threading.Thread(target=lambda: 1 / 0, name="stray")
    thread.start()
    thread.join()
    return Result({})


def waiting(context: JobContext) -> Result:
    ready()
    while not context.wait(0.05):
        pass
    return Result({"drained": True})


def absent(context: JobContext) -> Result:
    ready()
    context.stop.wait(60)
    raise BrokerError("no answer", transient=True)


def stubborn(context: JobContext) -> Result:
    context.note({"sent": 7})
    ready()
    threading.Event().wait(60)
    return Result({})


def leaky(context: JobContext) -> Result:
    secret = os.environ["KAFKA_CONF_SASL_PASSWORD"]
    context.note({"seen": secret})
    return Result({"seen": [secret], secret: 1}, bad=f"bad {secret}")


def watching(context: JobContext) -> Result:
    ready()
    result = Result({})
    while not context.stopping:
        context.show(result)
        context.wait(0.01)
    return result


def main() -> int:
    behaviour = globals()[sys.argv.pop(1)]
    module = types.ModuleType("core.jobs.broker")
    module.Options = Options  # type: ignore[attr-defined]
    module.run = lambda context, _options: behaviour(context)  # type: ignore[attr-defined]
    sys.modules["core.jobs.broker"] = module
    return entry_point()


if __name__ == "__main__":
    sys.exit(main())
