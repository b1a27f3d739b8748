"""Numbers as people of a language write them: 12,345.67 in English, 12 345,67 in French.

For lines and tables that a person reads. What programs read (the JSON result, CSV) never passes
here. Spaces inside a number are no-break ones, so that it stays in one piece.
"""

from decimal import Decimal

from core.text.catalogue import _, language

_MARKS = {"en": str.maketrans({}), "fr": str.maketrans({",": "\u00a0", " ": "\u00a0", ".": ","})}


def count(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}".translate(_MARKS[language()])


def decimal(value: float | Decimal, places: int) -> str:
    """Return a number with so many decimals, its thousands apart."""
    return f"{value:,.{places}f}".translate(_MARKS[language()])


def percent(fraction: float) -> str:
    """Return a fraction as a percentage of three figures; small ones do not round to zero."""
    return f"{fraction * 100:.3g} %".translate(_MARKS[language()])


def span(seconds: float) -> str:
    """Return seconds in the two greatest units: 42 s, 3 min 10 s, 2 h 5 min, 4 d 3 h."""
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, secs = divmod(rest, 60)
    if days:
        return _("{days} d {hours} h").format(days=days, hours=hours)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=secs)
    return _("{seconds} s").format(seconds=secs)
