"""Reads the values of options; what cannot be used becomes one line that names the option."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from core.errors import UsageError
from core.text import _, clean

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|m|min|h)?", re.ASCII)
_SHOWN = 80


def integer(option: str, low: int | None = None, high: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", text.strip(), re.ASCII):
            raise _unusable(option, text, _("a whole number"))
        value = int(text.strip())  # it strips more than `int` does
        _check_bounds(option, text, value, low, high)
        return value

    return read


def number(
    option: str, low: float | None = None, high: float | None = None
) -> Callable[[str], float]:
    """Return a reader of numbers from `low` to `high`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise _unusable(option, text, _("a number"))
        _check_bounds(option, text, value, low, high)
        return value

    return read


def seconds(option: str) -> Callable[[str], float]:
    """Return a reader of durations: seconds, or a number with ms, s, m or h."""

    def read(text: str) -> float:
        match = _DURATION.fullmatch(text.strip())
        if match is None:
            raise _unusable(option, text, _("a duration such as 30, 1.5, 90s, 5m or 1h"))
        value = float(match[1]) * _SECONDS[match[2] or "s"]
        if not math.isfinite(value):
            raise _unusable(option, text, _("a duration such as 30, 1.5, 90s, 5m or 1h"))
        return value

    return read


def some_seconds(option: str) -> Callable[[str], float]:
    """Return a reader of durations that are more than none."""
    read_any = seconds(option)

    def read(text: str) -> float:
        value = read_any(text)
        if value <= 0:
            raise _unusable(option, text, _("a duration above 0, such as 30, 90s or 5m"))
        return value

    return read


def day(option: str) -> Callable[[str], date]:
    """Return a reader of dates."""

    def read(text: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError as error:
            raise _unusable(option, text, _("a date such as 2024-01-31")) from error

    return read


def choice(option: str, names: Sequence[str]) -> Callable[[str], str]:
    """Return a reader of one of some names."""

    def read(text: str) -> str:
        if text not in names:
            raise UsageError(
                _("{option}: {value} is not one of {names}").format(
                    option=option, value=_shown(text), names=", ".join(names)
                ),
                hint=suggestion(text, names),
            )
        return text

    return read


def choices(option: str, names: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of some of some names, with commas between; each is taken once."""
    one = choice(option, names)

    def read(text: str) -> tuple[str, ...]:
        parts = [one(part.strip()) for part in text.split(",")]
        return tuple(dict.fromkeys(parts))

    return read


def path(option: str) -> Callable[[str], Path]:
    """Return a reader of file names."""

    def read(text: str) -> Path:
        if not text:
            raise UsageError(_("{option}: the name is empty").format(option=option))
        return Path(text)

    return read


def suggestion(text: str, names: Iterable[str]) -> str:
    """Return a hint that names the closest of some names, or nothing."""
    import difflib  # noqa: PLC0415 - seldom needed

    close = difflib.get_close_matches(text, list(names), n=1, cutoff=0.5)
    return _("did you mean {name}?").format(name=close[0]) if close else ""


def _shown(text: str) -> str:
    return repr(clean(text, _SHOWN))


def _unusable(option: str, text: str, wanted: str) -> UsageError:
    return UsageError(
        _("{option}: {value} is not {wanted}").format(
            option=option, value=_shown(text), wanted=wanted
        )
    )


def _check_bounds(
    option: str, text: str, value: float, low: float | None, high: float | None
) -> None:
    if low is not None and value < low:
        raise UsageError(
            _("{option}: {value} is too small: at least {bound}").format(
                option=option, value=_shown(text), bound=low
            )
        )
    if high is not None and value > high:
        raise UsageError(
            _("{option}: {value} is too large: at most {bound}").format(
                option=option, value=_shown(text), bound=high
            )
        )
