"""A search through a whole topic, with its progress and what was found so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from time import monotonic

from core.broker.base import Broker, Watermark
from core.config.settings import KafkaSettings
from core.errors import BrokerError, CancelledError
from core.operations.tail_record import TailRecord
from core.query.records import Wanted
from core.query.since import Since
from core.text import _

MOST = 1_000
"""Records that a search keeps; it ends when it has found them."""
_SHOW_S = 0.2


@dataclass(frozen=True)
class TopicSearch:
    """What a search has found, newest last. passed of total: offsets; full: there may be more."""

    records: tuple[TailRecord, ...] = ()
    passed: int = 0
    total: int = 0
    full: bool = False


def search(
    broker: Broker,
    kafka: KafkaSettings,
    wanted: Wanted,
    since: Since,
    stop: Event,
    *,
    show: Callable[[TopicSearch], None],
    text: Callable[[bytes | None], bytes | None],
) -> TopicSearch:
    """Return wanted records from a place on, up to the ends that the topic had at first.

    show: told several times a second what was found so far. Errors: BrokerError, CancelledError.
    """
    from core.operations.topic_scan import TopicScan  # noqa: PLC0415 - loads the Kafka client

    marks = broker.watermarks(kafka.topic)
    told = [monotonic()]
    latest = TopicSearch()

    def progress(passed: int, total: int, found: Sequence[TailRecord]) -> None:
        nonlocal latest
        latest = TopicSearch(tuple(found), passed, total)
        if monotonic() - told[0] >= _SHOW_S:
            told[0] = monotonic()
            show(latest)

    with TopicScan(broker, kafka.topic, kafka.group_id, text=text) as scan:
        starts = {part: _start(part, mark, since) for part, mark in marks.items()}
        if since.moment is not None and broker.label != "embedded":
            starts = {**starts, **scan.offsets_at(since.moment, marks)}
        ranges = {
            part: (starts[part], mark.high)
            for part, mark in marks.items()
            if since.place is None or since.place[0] == part
        }
        try:
            found = scan.search(
                ranges, _not_before(wanted, since.moment), most=MOST, stop=stop, progress=progress
            )
        except BrokerError:
            show(replace(latest, records=_sorted(latest.records)))
            raise
    total = sum(max(high - low, 0) for low, high in ranges.values())
    if stop.is_set():
        show(TopicSearch(_sorted(found), latest.passed, total))
        raise CancelledError(_("the search was cancelled"))
    return TopicSearch(_sorted(found), total, total, full=len(found) >= MOST)


def _start(partition: int, mark: Watermark, since: Since) -> int:
    if since.place is not None and since.place[0] == partition:
        return min(max(since.place[1], mark.low), mark.high)
    return max(mark.low, mark.high - since.newest) if since.newest else mark.low


def _not_before(wanted: Wanted, moment: datetime | None) -> Wanted:
    """Return a test that also leaves out records of before: partitions begin where they can."""
    if moment is None:
        return wanted
    return Wanted(
        wanted.text,
        lambda record: (
            isinstance(record, TailRecord)
            and (record.at is None or record.at >= moment)
            and wanted.test(record)
        ),
    )


def _sorted(found: Sequence[TailRecord]) -> tuple[TailRecord, ...]:
    return tuple(sorted(found, key=lambda one: (one.partition, one.offset)))
