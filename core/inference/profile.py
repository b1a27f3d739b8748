"""Counts what a sample of events holds, path by path, in memory that is bounded.

Nothing is concluded here: `core.inference.fields` does that from these counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.inference.records import (
    Record,
    Steps,
    UnreadableError,
    envelope_at,
    event_of,
    key_text,
)
from core.inference.values import Shape, shape_of
from core.pipeline.deletes import AFTER, BEFORE, Envelope

MAX_KEYS = 200
"""Keys of one object beyond which it is a map of data, and no layout."""
MAX_DEPTH = 6
"""Objects within objects that are still looked into."""
MAX_VALUES = 1_000
"""Different values of one path that are counted each."""
MAX_DISTINCT = 50_000
"""Different values of one path that are told apart at all."""
_LONG = 200

_MOST = 0.99
"""The share of events with an envelope from which on all of them have one."""


@dataclass(eq=False)
class PathProfile:
    """What stands at one path. seen: records in which it is neither absent nor null.

    values: how often each value came, while they are at most MAX_VALUES; else empty. distinct:
    hashes of values. keyed: how often the value was the message key. keys: of objects, the next
    steps that were met; crowded: too many of them.
    """

    steps: Steps
    seen: int = 0
    nulls: int = 0
    shapes: Counter[Shape] = field(default_factory=Counter)
    examples: dict[Shape, object] = field(default_factory=dict)
    values: Counter[str] = field(default_factory=Counter)
    many_values: bool = False
    distinct: set[int] = field(default_factory=set)
    keyed: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    scale: int = 0
    digits: int = 0
    longest: int = 0
    keys: list[str] = field(default_factory=list)
    crowded: bool = False

    @property
    def unique(self) -> bool:
        """Whether no value came twice, as far as values were told apart."""
        return self.seen > 0 and len(self.distinct) == min(self.seen, MAX_DISTINCT)

    def observe(self, value: Any, key: str | None) -> None:
        """Count one value."""
        shape = shape_of(value)
        if shape == "null":
            self.nulls += 1
            return
        self.seen += 1
        self.shapes[shape] += 1
        self.examples.setdefault(shape, value)
        if shape in {"list", "object"}:
            return
        self._count(value, key)
        if shape in {"integer", "fraction", "huge", "integer_text", "decimal_text"}:
            self._measure(Decimal(value))

    def _count(self, value: Any, key: str | None) -> None:
        text = value if isinstance(value, str) else str(value)
        if isinstance(value, str):
            self.longest = max(self.longest, len(text))
        self.keyed += text == key
        if len(self.distinct) < MAX_DISTINCT:
            self.distinct.add(hash(text))
        if self.many_values:
            return
        if len(text) > _LONG:
            self.many_values = True
        else:
            self.values[text] += 1
            self.many_values = len(self.values) > MAX_VALUES
        if self.many_values:
            self.values.clear()

    def _measure(self, number: Decimal) -> None:
        self.low = number if self.low is None else min(self.low, number)
        self.high = number if self.high is None else max(self.high, number)
        exponent = int(number.as_tuple().exponent)
        self.scale = max(self.scale, -exponent)
        self.digits = max(self.digits, number.adjusted() + 1)


class Profile:
    """A sample, counted. paths: in the order in which they were first met.

    sampled: records looked at; events: those that could be read. unreadable: why the others could
    not, with how often and the first place. tombstones: records without a value. rowless: change
    events without a row after the change.
    """

    def __init__(self) -> None:
        self.sampled = 0
        self.events = 0
        self.keys = 0
        self.tombstones = 0
        self.rowless = 0
        self._envelopes: Counter[Steps] = Counter()
        self.unreadable: dict[str, tuple[int, str]] = {}
        self.paths: dict[Steps, PathProfile] = {}

    def observe(self, record: Record) -> dict[str, Any] | None:
        """Count one record; return its event, None where it holds none."""
        self.sampled += 1
        if record.value is None and record.event is None:
            self.tombstones += 1
            return None
        try:
            event = event_of(record)
        except UnreadableError as error:
            count, first = self.unreadable.get(str(error), (0, record.where))
            self.unreadable[str(error)] = (count + 1, first)
            return None
        self.events += 1
        key = key_text(record.key)
        self.keys += key is not None
        self._walk((), self._unwrapped(event), key)
        return event

    @property
    def envelope(self) -> Envelope | None:
        """Where events have the envelope of Debezium; None where they have none."""
        for around, number in self._envelopes.items():
            if number >= self.events * _MOST:
                return Envelope(around, ())
        return None

    def _unwrapped(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return an event without the row before a change, of which nothing follows."""
        around = envelope_at(event)
        if around is None:
            return event
        self._envelopes[around] += 1
        inner = event[around[0]] if around else event
        self.rowless += inner.get(AFTER) is None
        rest = {name: value for name, value in inner.items() if name != BEFORE}
        return {**event, around[0]: rest} if around else rest

    def _walk(self, at: Steps, value: Mapping[str, Any], key: str | None) -> None:
        for name, item in value.items():
            steps = (*at, name)
            profile = self.paths.get(steps)
            if profile is None:
                profile = self._met(at, steps)
                if profile is None:
                    continue
            profile.observe(item, key)
            if isinstance(item, dict) and item and len(steps) < MAX_DEPTH and not profile.crowded:
                self._walk(steps, item, key)

    def _met(self, at: Steps, steps: Steps) -> PathProfile | None:
        """Enter a path; None where its object has too many of them."""
        parent = self.paths.get(at)
        if parent is not None:
            if len(parent.keys) >= MAX_KEYS:
                self._crowd(parent)
                return None
            parent.keys.append(steps[-1])
        elif not at and sum(len(known) == 1 for known in self.paths) >= 5 * MAX_KEYS:
            return None
        profile = self.paths[steps] = PathProfile(steps)
        return profile

    def _crowd(self, parent: PathProfile) -> None:
        """Forget what lies below a path: it is a map of data."""
        parent.crowded = True
        depth = len(parent.steps)
        for steps in [known for known in self.paths if len(known) > depth]:
            if steps[:depth] == parent.steps:
                del self.paths[steps]

    def below(self, steps: Steps) -> Iterator[PathProfile]:
        """Yield the paths one step below another."""
        for known, profile in self.paths.items():
            if len(known) == len(steps) + 1 and known[: len(steps)] == steps:
                yield profile
