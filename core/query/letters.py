"""Dead letters as a desk sees them: all there are, by reason and time, narrowed and paged.

The warehouse does the work, so it is about every letter and not about those that are listed.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from core.clock import naive_utc, utc
from core.errors import UsageError
from core.query.since import Since
from core.text import _, clean
from core.warehouse.base import Warehouse
from core.warehouse.dead_letters import letter_from
from core.warehouse.model import StoredDeadLetter

PAGE = 200
"""Letters of a page."""
KEPT_BYTES = 65_536
"""Bytes of a key and of a payload that a page keeps."""
SLICES = 24
"""Parts of the time that a trend is over."""
MOST_AT_ONCE = 100_000
"""Letters that one piece of work takes where all that match are meant."""
_WIDTHS = (60, 300, 900, 3_600, 10_800, 21_600, 86_400, 604_800, 2_592_000)
"""Seconds that one slice may have."""
_WORD = re.compile(r"(reason|topic|partition|since|until):(.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Narrowing:
    """Which dead letters are meant. None and empty: any. until: not with it.

    dismissed: those that were dismissed, in place of those that wait. words: a text that stands in
    id, detail, key or payload, in any case.
    """

    reason: str | None = None
    topic: str | None = None
    partition: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    dismissed: bool = False

    @classmethod
    def of(cls, text: str, now: datetime) -> "Narrowing":
        """Return what a person wrote: `reason:`, `topic:`, `partition:`, `since:`, `until:`, words.

        now: UTC; times are as `core.query.since` reads them. Errors: UsageError.
        """
        try:
            parts = shlex.split(text)
        except ValueError:
            raise UsageError(
                _("{text}: a quotation mark is open").format(text=clean(text, 60)),
                hint=_("close it"),
            ) from None
        found = cls()
        words: list[str] = []
        for part in parts:
            named = _WORD.fullmatch(part)
            if named is None:
                words.append(part)
            else:
                found = replace(found, **_given(named[1].lower(), named[2], now))
        return replace(found, words=" ".join(words))

    @property
    def bound(self) -> list[object]:
        """What the statements are given, in their order."""
        return [
            int(self.dismissed),
            self.reason,
            self.topic,
            self.partition,
            None if self.since is None else naive_utc(self.since),
            None if self.until is None else naive_utc(self.until),
            self.words or None,
        ]


Sort = Literal["", "received", "reason", "topic", "partition", "offset", "size", "detail", "why"]


@dataclass(frozen=True)
class LetterOrder:
    """What letters are sorted by before their time, the newest first; empty for nothing."""

    sort: Sort = ""
    descending: bool = False

    @property
    def bound(self) -> list[object]:
        """What the statement is given."""
        return [self.sort or None, int(self.descending)]


NEWEST = LetterOrder()
"""As they come: the newest first."""


def _given(name: str, value: str, now: datetime) -> dict[str, Any]:
    """Return a part of a narrowing. Errors: UsageError."""
    if name in {"reason", "topic"}:
        return {name: value or None}
    if name == "partition":
        if not value.isdecimal() or len(value) > 6:  # noqa: PLR2004 - more than any topic has
            raise UsageError(
                _("{text}: no number of a partition").format(text=clean(value, 40)),
                hint=_("give it as partition:2"),
            )
        return {name: int(value)}
    moment = Since.of(value, now).moment if value else None
    if moment is None:
        raise UsageError(
            _("{text}: no time").format(text=clean(value, 40)),
            hint=_("15m, 2h or 1d ago, 14:05 or 2026-11-29"),
        )
    return {name: moment}


@dataclass(frozen=True)
class DeskLetter:
    """A dead letter of a page, key and payload cut at KEPT_BYTES. size: of the payload, in bytes.

    text: the JSON that the payload stands for, where it is not JSON itself and that is known.
    dismissed_at, by, why: of one that was dismissed.
    """

    letter: StoredDeadLetter
    size: int
    text: bytes | None = None
    dismissed_at: datetime | None = None
    by: str = ""
    why: str = ""


@dataclass(frozen=True)
class ReasonTrend:
    """How many letters there are for one reason. slices: how many came in each part of the time."""

    reason: str
    letters: int
    oldest: datetime
    newest: datetime
    slices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Desk:
    """All letters that match, apart from their reason, and a page of those that match with it.

    begins, slice_s: where the trends begin and the seconds of each slice. dismissed, waiting: how
    many there are in all, whatever is looked for.
    """

    narrowing: Narrowing
    number: int
    reasons: tuple[ReasonTrend, ...]
    page: tuple[DeskLetter, ...]
    waiting: int
    dismissed: int
    begins: datetime | None = None
    slice_s: int = 0
    order: LetterOrder = NEWEST

    @property
    def matching(self) -> int:
        """How many letters match, the reason too."""
        wanted = self.narrowing.reason
        return sum(one.letters for one in self.reasons if wanted in {None, one.reason})


def read_desk(
    warehouse: Warehouse,
    narrowing: Narrowing,
    number: int,
    now: datetime,
    text: Callable[[bytes | None], bytes | None] = lambda _payload: None,
    *,
    order: LetterOrder = NEWEST,
) -> Desk:
    """Return a page of the letters that match, with the counts of all. Errors: WarehouseError.

    number: of the page, from 0. now: UTC, where trends end. text: returns the JSON of a payload
    that is not JSON itself. order: of all that match, of which the page is a part.
    """
    of_any = replace(narrowing, reason=None)
    found = [
        ReasonTrend(str(reason), int(letters), utc(oldest), utc(newest))
        for reason, letters, oldest, newest in warehouse.rows("letters_reasons", of_any.bound)
    ]
    begins, width = _slices(found, now)
    slices: dict[str, list[int]] = {one.reason: [0] * SLICES for one in found}
    if found:
        given = [*of_any.bound, naive_utc(begins), width]
        for reason, place, letters in warehouse.rows("letters_trend", given):
            if reason in slices:
                slices[reason][min(max(int(place), 0), SLICES - 1)] += int(letters)
    rows = warehouse.rows(
        "letters_page",
        [*narrowing.bound, KEPT_BYTES, KEPT_BYTES, PAGE, number * PAGE, *order.bound],
    )
    return Desk(
        narrowing,
        number,
        tuple(replace(one, slices=tuple(slices[one.reason])) for one in found),
        tuple(_letter(row, text) for row in rows),
        *_totals(warehouse),
        begins,
        width,
        order,
    )


def matching_ids(
    warehouse: Warehouse, narrowing: Narrowing, most: int = MOST_AT_ONCE
) -> tuple[str, ...]:
    """Return the ids of all letters that match, the oldest first; of the newest at most so many.

    Errors: WarehouseError.
    """
    rows = warehouse.rows("letters_page", [*narrowing.bound, 1, 1, most, 0, None, 0])
    return tuple(str(row[0]) for row in reversed(rows))


def _letter(row: Sequence[object], text: Callable[[bytes | None], bytes | None]) -> DeskLetter:
    letter = letter_from(tuple(row[:12]))
    size, at, by, why = row[12:]
    return DeskLetter(
        letter,
        int(str(size)),
        text(letter.payload),
        utc(at) if isinstance(at, datetime) else None,
        str(by or ""),
        str(why or ""),
    )


def _totals(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many letters wait, and how many are dismissed."""
    ((waiting, dismissed),) = warehouse.rows("letters_totals")
    return int(waiting), int(dismissed)


def _slices(found: Sequence[ReasonTrend], now: datetime) -> tuple[datetime, int]:
    """Return where the first slice begins and the seconds of each, so that all letters are in."""
    newest = max([now, *(one.newest for one in found)])
    oldest = min([newest, *(one.oldest for one in found)])
    span = (newest - oldest).total_seconds()
    width = next((one for one in _WIDTHS if one * (SLICES - 1) >= span), _WIDTHS[-1])
    end = int(newest.timestamp()) // width * width + width
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=end - SLICES * width), width
