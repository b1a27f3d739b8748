"""The ground the program stands on: Python, its libraries, text encoding, the clock."""

import locale
import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import TextIO

from core.clock import iso
from core.doctor.model import CheckGroup, DoctorContext, Finding, fail, ok, warn
from core.text import _, clean

_PROJECT = "dropship"
_BOUND = re.compile(r"(>=|<|==)\s*([0-9][0-9.]*)")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_AHEAD_S = 60.0


def look_at_program(_visit: DoctorContext) -> Iterator[Finding]:
    """Yield what there is to say on Python and the libraries."""
    yield _python()
    yield _libraries()


def look_at_terminal(_visit: DoctorContext) -> Iterator[Finding]:
    """Yield what there is to say on the way text is shown."""
    yield _encoding()
    yield _terminal()


def look_at_clock(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield whether the time can be true: events, latency and TLS rest on it."""
    now = doctor.clock.now()
    fix = _("set the clock, and let NTP keep it (timedatectl set-ntp true)")
    if not _EARLIEST <= now < _LATEST:
        yield fail("clock", _("it is {now}, which cannot be").format(now=iso(now)), fix)
        return
    paths = doctor.settings.paths
    for file in (paths.warehouse_file, paths.broker_file, paths.log_file):
        try:
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except (OSError, OverflowError, ValueError):
            continue
        if (written - now).total_seconds() > _AHEAD_S:
            yield warn(
                "clock",
                _("it is {now}, but {file} was written at {written}").format(
                    now=iso(now), file=clean(file), written=iso(written)
                ),
                fix,
            )
            return
    yield ok("clock", _("{now} (all times are shown in UTC)").format(now=iso(now)))


PROGRAM = CheckGroup(("python", "libraries"), look_at_program)
TERMINAL = CheckGroup(("encoding", "terminal"), look_at_terminal)
CLOCK = CheckGroup(("clock",), look_at_clock)


def fits(found: str, wanted: str) -> bool:
    """Return whether a version lies in bounds such as `<3,>=2.0`; what is not numeric is 0."""
    have = _numbers(found)
    for sign, text in _BOUND.findall(wanted):
        bound = _numbers(text)
        width = max(len(have), len(bound))
        left, right = (
            have + (0,) * (width - len(have)),
            bound + (0,) * (width - len(bound)),
        )
        holds = {">=": left >= right, "<": left < right, "==": left == right}[sign]
        if not holds:
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    parts = re.match(r"[0-9.]*", text)
    return tuple(int(part) for part in (parts[0] if parts else "").split(".") if part)


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    detail = _("Python {version} at {path}").format(version=found, path=clean(sys.executable))
    try:
        wanted = str(metadata(_PROJECT)["Requires-Python"] or "")
    except PackageNotFoundError:
        wanted = ""
    if fits(found, wanted):
        return ok("python", detail)
    return warn(
        "python",
        _("{detail}; made for {wanted}").format(detail=detail, wanted=clean(wanted, 40)),
        _("make the environment with another Python: PYTHON=python3.12 make install"),
    )


def _libraries() -> Finding:
    fix = _("run `make install`: it installs the versions of the lock file")
    try:
        wanted = requires(_PROJECT) or []
    except PackageNotFoundError:
        return warn("libraries", _("{name} is not installed").format(name=_PROJECT), fix)
    found: list[str] = []
    wrong: list[str] = []
    for line in wanted:
        name = _NAME.match(line)
        if name is None or "extra ==" in line:
            continue
        bounds = line.partition(";")[0][name.end() :]
        try:
            have = version(name[0])
        except PackageNotFoundError:
            wrong.append(_("{name} is missing").format(name=name[0]))
            continue
        found.append(f"{name[0]} {have}")
        if not fits(have, bounds):
            wrong.append(
                _("{name} {have} is not {bounds}").format(
                    name=name[0], have=have, bounds=bounds.strip()
                )
            )
    if wrong:
        return fail("libraries", clean(_("; ").join(wrong)), fix)
    return ok("libraries", clean(", ".join([*found, _librdkafka()])))


def _librdkafka() -> str:
    """Return the version of the C library under the Kafka client; import errors are told."""
    import confluent_kafka  # noqa: PLC0415 - heavy

    return f"librdkafka {confluent_kafka.libversion()[0]}"


def _own_stderr() -> TextIO | None:
    """Return the stream that leads to the terminal: a screen puts its own in the place of it."""
    return sys.__stderr__ or sys.stderr


def _encoding() -> Finding:
    # What Python writes to the terminal with, and what it reads file names with.
    names = {
        str(getattr(_own_stderr(), "encoding", "") or "-"),
        locale.getpreferredencoding(do_setlocale=False),
        sys.getfilesystemencoding(),
    }
    plain = sorted(name for name in names if name.lower().replace("-", "") != "utf8")
    if plain:
        return warn(
            "encoding",
            _("text is shown as {names}: names with accents may come out wrong").format(
                names=clean(", ".join(plain), 100)
            ),
            _("set a UTF-8 locale, for example LANG=C.UTF-8"),
        )
    return ok("encoding", "UTF-8")


def _terminal() -> Finding:
    term = clean(os.environ.get("TERM", ""), 40)
    stream = _own_stderr()
    if stream is None or not stream.isatty():
        return ok("terminal", _("none: progress is shown as plain lines"))
    size = shutil.get_terminal_size()
    shown = _("{term}, {columns}x{lines}").format(
        term=term or "-", columns=size.columns, lines=size.lines
    )
    if term in {"", "dumb", "unknown"}:
        return warn(
            "terminal",
            _("{shown}: it cannot draw").format(shown=shown),
            _("set TERM to what the terminal is, for example xterm-256color"),
        )
    return ok("terminal", shown)
