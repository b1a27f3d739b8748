"""Looks into a topic at a place that a person names, page by page, or follows its end.

Nothing of it is left in the cluster: no group is joined, nothing committed. What is kept is bounded
by the page, however large the topic is. Loads the Kafka client.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

from core.broker.base import Broker, Watermark
from core.clock import Clock
from core.errors import CancelledError, DropshipError
from core.operations.offset_target import OffsetTarget
from core.operations.peeked import Peeked
from core.operations.tail_record import TailRecord
from core.operations.topic_scan import TopicScan
from core.operations.topic_tail import TopicTail
from core.query.records import Wanted
from core.text import _

PAGE = 500
"""Offsets of one page, shared out over the partitions."""
_LIVE_S = 0.5
_AGAIN_S = 2.0
_EARLIEST = datetime.min.replace(tzinfo=UTC)

Text = Callable[[bytes | None], bytes | None]
Progress = Callable[[int, int | None], None]


class TopicPeek:
    """Reads pages of one topic. One thread at a time.

    stop: ends what is under way. text: returns the JSON of a value that is not JSON itself.
    progress: told how many offsets were passed, of how many. Errors: BrokerError, UsageError for a
    partition that is not there, CancelledError.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        group_id: str,
        stop: Event,
        *,
        text: Text,
        progress: Progress = lambda _done, _total: None,
    ) -> None:
        self._broker = broker
        self._topic = topic
        self._group_id = group_id
        self._stop = stop
        self._text = text
        self._progress = progress

    def at(self, target: OffsetTarget) -> Peeked:
        """Return the page that begins at a place; what is at the end `follow` shows."""
        marks = target.within(self._topic, self._broker.watermarks(self._topic))
        with self._scan() as scan:
            starts = self._starts(scan, target, marks)
            return self._page(scan, marks, starts)

    def turned(self, page: Peeked, step: int) -> Peeked:
        """Return the page after another one, or the one before; of a live one what is older."""
        known = self._broker.watermarks(self._topic)
        marks = {part: known[part] for part in page.starts if part in known}
        with self._scan() as scan:
            if step > 0:
                starts = {part: max(page.ends[part], mark.low) for part, mark in marks.items()}
                return self._page(scan, marks, starts)
            ends = {part: min(page.starts[part], mark.high) for part, mark in marks.items()}
            room = shares({part: ends[part] - mark.low for part, mark in marks.items()})
            starts = {part: end - room[part] for part, end in ends.items()}
            return self._page(scan, marks, starts, ends)

    def _scan(self) -> TopicScan:
        return TopicScan(self._broker, self._topic, self._group_id, text=self._text)

    def _starts(
        self, scan: TopicScan, target: OffsetTarget, marks: Mapping[int, Watermark]
    ) -> dict[int, int]:
        if target.moment is not None:
            return self._at_moment(scan, target.moment, marks)
        if target.kind == "offset":
            return {
                part: min(max(target.offset, mark.low), mark.high) for part, mark in marks.items()
            }
        return {part: mark.low for part, mark in marks.items()}

    def _at_moment(
        self, scan: TopicScan, moment: datetime, marks: Mapping[int, Watermark]
    ) -> dict[int, int]:
        if self._broker.label != "embedded":
            return scan.offsets_at(moment, marks)
        # The embedded broker finds no offsets by time; it is small enough to be looked through.
        first: dict[int, int] = {}

        def reached(record: object) -> bool:
            if isinstance(record, TailRecord) and record.at is not None and record.at >= moment:
                first.setdefault(record.partition, record.offset)
            return False

        ranges = {part: (mark.low, mark.high) for part, mark in marks.items()}
        self._read(scan, ranges, Wanted("", reached))
        return {part: first.get(part, mark.high) for part, mark in marks.items()}

    def _page(
        self,
        scan: TopicScan,
        marks: Mapping[int, Watermark],
        starts: Mapping[int, int],
        limits: Mapping[int, int] | None = None,
    ) -> Peeked:
        room = shares({part: mark.high - starts[part] for part, mark in marks.items()})
        ends = limits or {part: first + room[part] for part, first in starts.items()}
        ranges = {part: (first, ends[part]) for part, first in starts.items()}
        found = self._read(scan, ranges, Wanted.of(""))
        return Peeked(
            self._topic,
            in_order(found),
            starts=dict(starts),
            ends=dict(ends),
            before=sum(max(first - marks[part].low, 0) for part, first in starts.items()),
            after=sum(max(mark.high - ends[part], 0) for part, mark in marks.items()),
        )

    def _read(
        self, scan: TopicScan, ranges: Mapping[int, tuple[int, int]], wanted: Wanted
    ) -> list[TailRecord]:
        total = sum(max(end - first, 0) for first, end in ranges.values())
        found = scan.search(
            ranges,
            wanted,
            most=max(total, 1),
            stop=self._stop,
            progress=lambda passed, of, _found: self._progress(passed, of),
        )
        if self._stop.is_set():
            raise CancelledError(_("reading the topic was cancelled"))
        return found


def follow(
    find: Callable[[], Broker],
    topic: str,
    group_id: str,
    target: OffsetTarget,
    stop: Event,
    *,
    clock: Clock,
    show: Callable[[Peeked], None],
    text: Text,
) -> Peeked:
    """Show the newest records of a topic, or of a partition, again and again until `stop`.

    find: returns the broker; a new one where it was started anew. What fails, or a partition that
    is not there, is shown beside what was seen last, and tried again.
    """
    tail: TopicTail | None = None
    latest = Peeked(topic, live=True)
    try:
        while not stop.is_set():
            pause_s = _LIVE_S
            try:
                broker = find()
                if tail is None or tail.broker is not broker:
                    target.within(topic, broker.watermarks(topic))
                    if tail is not None:
                        tail.close()
                    tail = TopicTail(broker, topic, group_id, only=target.partition, text=text)
                found = tail.look(stop)
                latest = Peeked(topic, found, live=True, starts=tail.starts, before=tail.before)
            except DropshipError as error:
                latest = replace(latest, error=error.message, hint=error.hint)
                pause_s = _AGAIN_S
            show(latest)
            clock.wait(stop, pause_s)
    finally:
        if tail is not None:
            tail.close()
    return latest


def in_order(records: list[TailRecord]) -> tuple[TailRecord, ...]:
    """Return records of several partitions by their times, those of each by their offsets."""
    latest: dict[int, datetime] = {}
    ranked = []
    for record in sorted(records, key=lambda one: one.offset):
        moment = max(latest.get(record.partition, _EARLIEST), record.at or _EARLIEST)
        latest[record.partition] = moment
        ranked.append((moment, record.partition, record.offset, record))
    ranked.sort(key=lambda one: one[:3])
    return tuple(record for *_rank, record in ranked)


def shares(there: Mapping[int, int]) -> dict[int, int]:
    """Return how many of the offsets that each partition has belong to one page.

    What a partition does not need the others have; each has one at least, however many there are.
    """
    found, left = {}, PAGE
    for place, part in enumerate(sorted(there, key=lambda one: there[one])):
        fair = max(left // (len(there) - place), 1)
        found[part] = min(max(there[part], 0), fair)
        left = max(left - found[part], 0)
    return found
