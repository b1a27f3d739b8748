"""Numbers, money, times and ages as people of a language read them.

The rules are those of CLDR for Irish English and French of France. Babel, which has them for every
language, takes longer to load them than the console has for its first picture; tests hold the two
together.
"""

from datetime import UTC, datetime
from decimal import Decimal

_THOUSAND = 1_000.0
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_TEN = 10
_HUNDRED = 100
_LONG = 10_000
_MOST_PLACES = 6
UNKNOWN = "–"
"""What stands for a figure that was never read: a zero would be a claim."""


class Formats:
    """The formats of one language; `code` is `en` or `fr`. A figure of None is not known."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._french = code == "fr"

    def count(self, value: int | None) -> str:
        """Return a whole number with thousands separators."""
        if value is None:
            return UNKNOWN
        return self._separated(f"{value:,d}")

    def money(self, amount: Decimal, *, cents: bool = True) -> str:
        """Return euros, with or without cents; half a cent goes to the even one."""
        text = f"{amount:,.{2 if cents else 0}f}"
        if self._french:
            return f"{self._separated(text)}\u00a0€"
        return f"-€{text[1:]}" if text.startswith("-") else f"€{text}"

    def number(self, value: float | Decimal) -> str:
        """Return any number in about four digits, thousands apart: 21.46, 1,285, 0.0312."""
        size = abs(float(value))
        limits = ((_THOUSAND, 0), (100, 1), (1, 2))
        places = next((places for limit, places in limits if size >= limit), None)
        if places is None:
            places = min(2 - Decimal(str(value)).adjusted(), _MOST_PLACES) if value else 0
        return self._separated(f"{value:,.{places}f}")

    def amount(self, value: Decimal, unit: str, *, cents: bool = True) -> str:
        """Return money of any currency; euros have their sign."""
        if unit == "EUR":
            return self.money(value, cents=cents)
        text = self._separated(f"{value:,.{2 if cents else 0}f}")
        return self.united(text, unit)

    def united(self, text: str, unit: str) -> str:
        """Return a number with its unit."""
        return f"{text} {unit}" if unit else text

    def rate(self, per_second: float | None) -> str:
        """Return events per second."""
        if per_second is None:
            return UNKNOWN
        return f"{self.short(per_second)}/s"

    def short(self, value: float | None) -> str:
        """Return a figure in at most six characters: 7.5, 950, 12.3k, 1.20M, 3.45G."""
        if value is None:
            return UNKNOWN
        if value <= -_LONG:
            return "-" + self.short(-value)
        # 1000.0k is 1.00M
        for limit, unit, scale in (
            (999.95e9, "T", 1e12),
            (999.95e6, "G", 1e9),
            (999_950, "M", 1e6),
        ):
            if value >= limit:
                size = value / scale
                return self._number(size, 2 if size < _HUNDRED else 1) + unit
        if value >= _LONG:
            return self._number(value / _THOUSAND, 1) + "k"
        if value >= _TEN or value == int(value):
            return self.count(round(value))
        return self._number(value, 1)

    def percent(self, fraction: float) -> str:
        """Return a share as whole percent."""
        return f"{self.count(round(fraction * 100))} %"

    def change(self, now: Decimal | float, before: Decimal | float) -> str:
        """Return by how much a figure has changed, as signed whole percent; a dash from nothing."""
        if not before:
            return "–"
        share = (Decimal(now) - Decimal(before)) / abs(Decimal(before))
        sign = "+" if share >= 0 else "−"
        return f"{sign}{self.count(abs(round(share * 100)))} %"

    def milliseconds(self, value: float | None) -> str:
        """Return a latency: ms below a second, seconds above."""
        if value is None:
            return UNKNOWN
        if value < _THOUSAND:
            return f"{self.count(round(value))} ms"
        return f"{self._number(value / _THOUSAND, 1)} s"

    def bytes(self, value: float | None) -> str:
        """Return a size in decimal units."""
        if value is None:
            return UNKNOWN
        one = "o" if self.code == "fr" else "B"
        for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if value >= limit:
                return f"{self._number(value / limit, 1)} {unit}{one}"
        return f"{self.count(round(value))} {one}"

    def span(self, seconds: float | None) -> str:
        """Return a duration in its two greatest units: 0.4 s, 42 s, 3 m 10 s, 2 h 5 m."""
        if seconds is None:
            return UNKNOWN
        if seconds < _TEN:
            return f"{self._number(max(seconds, 0.0), 1)} s"
        whole = int(seconds)
        if whole < _MINUTE:
            return f"{whole} s"
        if whole < _HOUR:
            return f"{whole // _MINUTE} m {whole % _MINUTE} s"
        if whole < _DAY:
            return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} m"
        days = "j" if self.code == "fr" else "d"
        return f"{whole // _DAY} {days} {whole % _DAY // _HOUR} h"

    def age(self, moment: datetime, now: datetime) -> str:
        """Return how long ago a moment was, in one unit."""
        seconds = max((now - moment).total_seconds(), 0.0)
        for size, unit in ((_DAY, "j" if self.code == "fr" else "d"), (_HOUR, "h"), (_MINUTE, "m")):
            if seconds >= size:
                return f"{int(seconds // size)} {unit}"
        return f"{int(seconds)} s"

    def clock(self, moment: datetime) -> str:
        """Return the time of day in UTC."""
        return moment.astimezone(UTC).strftime("%H:%M:%SZ")

    def day_time(self, moment: datetime) -> str:
        """Return month, day and time in UTC, the day first where people write it first."""
        day = "%d/%m" if self.code == "fr" else "%m-%d"
        return moment.astimezone(UTC).strftime(f"{day} %H:%M:%S")

    def _number(self, value: float, places: int) -> str:
        text = f"{value:.{places}f}"
        return text.replace(".", ",") if self._french else text

    def _separated(self, text: str) -> str:
        """Return a number with commas and a point as the language separates its digits."""
        return text.replace(",", "\u00a0").replace(".", ",") if self._french else text
