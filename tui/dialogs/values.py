"""What was typed into a form, read as values; errors name the option as the command line does."""

from collections.abc import Mapping
from datetime import date

from core.errors import UsageError
from core.text import _, clean
from core.text.figures import read_figure

Texts = Mapping[str, str]


def whole(texts: Texts, name: str) -> int:
    """Return a whole number, as people write one: 1,000,000, 1 000 000, 1M."""
    text = texts[name]
    wrong = _unusable(name, text, _("give a whole number, such as 5000"))
    try:
        value = read_figure(text)
    except ValueError:
        raise wrong from None
    if value != value.to_integral_value():
        raise wrong
    return int(value)


def optional_whole(texts: Texts, name: str) -> int | None:
    """Return a whole number, None for nothing."""
    return whole(texts, name) if texts[name] else None


def number(texts: Texts, name: str) -> float:
    """Return a number, as people write one: 0.5, 0,5, 1,000,000, 2.5k."""
    text = texts[name]
    try:
        return float(read_figure(text))
    except ValueError:
        raise _unusable(name, text, _("give a number, such as 0.5")) from None


def optional_number(texts: Texts, name: str) -> float | None:
    """Return a number, None for nothing."""
    return number(texts, name) if texts[name] else None


def day(texts: Texts, name: str) -> date:
    """Return a day."""
    text = texts[name]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _unusable(name, text, _("give a day such as 2024-12-31")) from None


def plain(value: float | None) -> str:
    """Return a number as a field shows it, nothing for None."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else str(value)


def _unusable(name: str, text: str, hint: str) -> UsageError:
    return UsageError(
        _("{option}: {value} cannot be used").format(
            option=name, value=clean(text, 60) or _("nothing")
        ),
        hint=hint,
    )
