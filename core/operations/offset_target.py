"""A place in a topic, as a person writes it: where a look begins, or a group is to go on.

begin                      the first record that the topic still has
end                        the last stable offset: what comes from now on
1200                       this offset
15m, 14:05, 2026-11-29     the first record of a moment or later, in UTC
2@begin, 2@1200, ...       the same, of partition 2 alone
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.broker.base import Watermark
from core.errors import UsageError
from core.query.since import Since
from core.text import _, clean

EXAMPLES = "begin · end · 1200 · 15m · 14:05 · 2026-11-29 14:05 · 2@begin · 2@1200"
_WRITTEN = re.compile(r"(?:(?P<part>\d{1,6})\s*@\s*)?(?P<place>.+)", re.ASCII)


@dataclass(frozen=True)
class OffsetTarget:
    """A place in a topic. partition: None for all. offset, moment: of their kinds."""

    kind: Literal["begin", "end", "offset", "moment"]
    partition: int | None = None
    offset: int = 0
    moment: datetime | None = None

    @classmethod
    def of(cls, text: str, now: datetime) -> "OffsetTarget":
        """Return what a person wrote. now: UTC. Errors: UsageError."""
        found = _WRITTEN.fullmatch(text.strip().lower())
        place = found["place"] if found else ""
        part = int(found["part"]) if found and found["part"] else None
        if place == "begin":
            return cls("begin", part)
        if place == "end":
            return cls("end", part)
        if place.isascii() and place.isdigit() and len(place) <= 18:  # noqa: PLR2004 - 64 bits
            return cls("offset", part, int(place))
        try:
            moment = None if place.isdigit() else Since.of(place, now).moment
        except UsageError:
            moment = None
        if moment is None:
            raise UsageError(
                _("{text}: no place in a topic").format(text=clean(text, 60) or "-"),
                hint=_(
                    "begin, end, 1200 (an offset), 15m, 14:05 or 2026-11-29 14:05; "
                    "2@ before it means partition 2 alone"
                ),
            )
        return cls("moment", part, moment=moment)

    def within(self, topic: str, marks: Mapping[int, Watermark]) -> dict[int, Watermark]:
        """Return the partitions that are meant, of all that a topic has. Errors: UsageError."""
        if self.partition is None:
            return dict(marks)
        if self.partition not in marks:
            raise UsageError(
                _("topic {topic} has no partition {number}").format(
                    topic=clean(topic, 80), number=self.partition
                ),
                hint=_("it has partitions 0 to {last}").format(last=max(marks, default=0)),
            )
        return {self.partition: marks[self.partition]}
