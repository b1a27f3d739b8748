"""Where in a topic a search begins, as a person writes it.

begin                      the first record that the topic still has
end                        the newest records of each partition
2@1200                     partition 2 from offset 1200
15m, 2h, 1d                so long ago
2026-11-29, 14:05, 2026-11-29 14:05:30    a moment, in UTC
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import UsageError
from core.text import _, clean

_PLACE = re.compile(r"(\d{1,6})\s*@\s*(\d{1,18})", re.ASCII)
_AGO = re.compile(r"(\d{1,6})\s*(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)
NEWEST = 1_000
"""Records of each partition that count as its end."""


@dataclass(frozen=True)
class Since:
    """A place to begin at: at most one of these; none of them is the begin.

    newest: so many records before the end. place: partition and offset. moment: UTC.
    """

    newest: int = 0
    place: tuple[int, int] | None = None
    moment: datetime | None = None

    @classmethod
    def of(cls, text: str, now: datetime) -> "Since":
        """Return what a person wrote as a place. now: UTC. Errors: UsageError."""
        written = text.strip().lower()
        if written in {"", "begin"}:
            return cls()
        if written == "end":
            return cls(newest=NEWEST)
        place = _PLACE.fullmatch(written)
        if place:
            return cls(place=(int(place[1]), int(place[2])))
        ago = _AGO.fullmatch(written)
        if ago:
            return cls(moment=now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        try:
            if _CLOCK.fullmatch(written):
                written = (
                    f"{now:%Y-%m-%d} {written.rjust(5 if written.count(':') == 1 else 8, '0')}"
                )
            moment = datetime.fromisoformat(written.upper())
        except ValueError:
            raise UsageError(
                _("{text}: no place in a topic").format(text=clean(text, 60)),
                hint=_("begin, end, 2@1200 (partition and offset), 15m, 14:05 or 2026-11-29 14:05"),
            ) from None
        return cls(moment=moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
