"""When people buy: weights by hour of the period, from season, weekday, sales and hour of day.

Weights are integers and their running totals map a random position to a second, so that the same
seed gives the same times everywhere. Hours are UTC; a French evening is 18 to 20.
"""

from datetime import date, timedelta

import numpy as np

from core.seed.random_words import Draws, Indices, Stream
from core.seed.spec import SeedSpec

HOURS = 24
SECONDS = 3600

# Per cent of an ordinary month, January to December.
MONTHS = (95, 84, 90, 94, 98, 100, 100, 74, 98, 102, 116, 140)

# Per cent of an ordinary day, Monday to Sunday.
WEEKDAYS = (88, 84, 90, 94, 98, 122, 128)

# By hour of the day. Workdays rise at lunch and in the evening, weekends in the afternoon too.
# fmt: off
WORKDAY = (
    12, 6, 4, 3, 4, 9, 22, 38, 46, 52, 62, 80,
    76, 58, 54, 58, 70, 92, 120, 138, 122, 86, 50, 24,
)
WEEKEND = (
    18, 9, 5, 4, 4, 6, 14, 28, 52, 72, 84, 84,
    74, 78, 90, 98, 102, 110, 124, 132, 110, 78, 46, 26,
)
# fmt: on

_WEDNESDAY, _THURSDAY, _SATURDAY = 2, 3, 5
_SALES_DAYS = 28
_NOISE = 8  # per cent by which a day may differ from its profile, up or down


def hour_totals(spec: SeedSpec) -> Indices:
    """Return running totals of the weights of every hour of the period, from a leading zero."""
    noise = Draws(spec.seed, Stream.CALENDAR).below(2 * _NOISE + 1, spec.days)
    profiles = np.array([WORKDAY, WEEKEND], dtype=np.int64)
    days = [spec.start + timedelta(days=number) for number in range(spec.days)]
    by_day = np.array([day_weight(day) for day in days], dtype=np.int64)
    weekend = np.array([day.weekday() >= _SATURDAY for day in days], dtype=np.int64)
    weights = (by_day * (100 - _NOISE + noise))[:, None] * profiles[weekend]
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(weights.reshape(-1))])


def day_weight(day: date) -> int:
    """Return the weight of a day: month, weekday and what is on, each about a hundred."""
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * _occasion(day)


def black_friday(year: int) -> date:
    """Return the day after the fourth Thursday of November."""
    return _nth(date(year, 11, 1), _THURSDAY, 4) + timedelta(days=1)


def winter_sales(year: int) -> date:
    """Return the first day of the winter sales: the second Wednesday of January."""
    return _nth(date(year, 1, 1), _WEDNESDAY, 2)


def summer_sales(year: int) -> date:
    """Return the first day of the summer sales: the last Wednesday of June."""
    return _nth(date(year, 6, 24), _WEDNESDAY, 1)


def _occasion(day: date) -> int:
    """Return per cent of an ordinary day: sales, Black Friday to Cyber Monday, Christmas."""
    from_friday = (day - black_friday(day.year)).days
    around_black_friday = {-1: 150, 0: 420, 1: 230, 2: 190, 3: 240}
    if from_friday in around_black_friday:
        return around_black_friday[from_friday]
    for first in (winter_sales(day.year), summer_sales(day.year)):
        if 0 <= (day - first).days < _SALES_DAYS:
            return 190 if (day - first).days < len(WEEKDAYS) else 135
    late_december = day.month == 12 and day.day > 22  # noqa: PLR2004 - too late for delivery
    return 55 if late_december else 100


def _nth(start: date, weekday: int, number: int) -> date:
    """Return the nth such weekday on or after a day."""
    ahead = (weekday - start.weekday()) % len(WEEKDAYS)
    return start + timedelta(days=ahead + len(WEEKDAYS) * (number - 1))
