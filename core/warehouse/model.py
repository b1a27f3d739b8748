"""What passes between the pipeline and a warehouse: frozen, plain, the same for both engines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.broker.identity import TopicIdentity
from core.checksums import letter_checksum, payload_checksum

Row = tuple[Any, ...]


@dataclass(frozen=True)
class TableFacts:
    """A table: its rows, and its bytes on disk (blocks shared by several tables count for each)."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class ColumnFound:
    """A column that there should be. found: the type it has; None where it is not there."""

    table: str
    name: str
    expected: str
    found: str | None
    table_exists: bool


@dataclass(frozen=True)
class DeadLetter:
    """A record that cannot be used, with everything needed to fix and replay it.

    reason: one of those of `core.consumer.decoders.reasons`, or `cast` (found by the merge).
    detail: one line for the person. payload: the original bytes, None for a tombstone.
    payload_checksum: of these bytes as the client gave them; taken here for a letter that was made
    in another way.
    """

    partition: int
    offset: int
    reason: str
    detail: str
    key: bytes | None
    payload: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    payload_checksum: int | None = None

    @property
    def checksum(self) -> int:
        """What proves payload, key and headers together."""
        known = self.payload_checksum
        if known is None and self.payload is not None:
            known = payload_checksum(self.payload)
        return letter_checksum(known, self.key, self.headers)


@dataclass(frozen=True)
class OffsetAdvance:
    """The move of one partition by one batch: from `expected` (the fence) to `next_offset`.

    skipped: offsets in between that hold no record (transaction markers, compaction).
    """

    partition: int
    from_offset: int
    next_offset: int
    skipped: int = 0


@dataclass(frozen=True)
class OffsetGap:
    """Offsets [from_offset, to_offset) of a partition that were gone before they were read."""

    partition: int
    from_offset: int
    to_offset: int
    reason: str


@dataclass(frozen=True)
class RawBatch:
    """Good events, dead letters and offset moves that are stored in one transaction.

    The sequences of good events run in step: partitions[i], offsets[i], payloads[i], checksums[i].
    Payloads are valid UTF-8 JSON. event_types: one for all, or one each. received_at: UTC.
    checksums: of the payloads as the client gave them; taken here for a batch that was made in
    another way. columns: an Arrow table of what the payloads mean, row by row, where one was made.
    """

    identity: TopicIdentity
    received_at: datetime
    partitions: Sequence[int]
    offsets: Sequence[int]
    payloads: Sequence[bytes]
    dead_letters: Sequence[DeadLetter]
    advances: Sequence[OffsetAdvance]
    gaps: Sequence[OffsetGap] = ()
    checksums: Sequence[int] = ()
    event_types: str | Sequence[str] = ""
    columns: Any = None

    def __post_init__(self) -> None:
        if not self.checksums:
            object.__setattr__(self, "checksums", list(map(payload_checksum, self.payloads)))

    def taking(self, places: Sequence[int], letters: Sequence[DeadLetter]) -> "RawBatch":
        """Return it with some of its events, by their places, and with other dead letters."""
        types = self.event_types
        if not isinstance(types, str):
            types = [types[place] for place in places]
        return replace(
            self,
            partitions=[self.partitions[place] for place in places],
            offsets=[self.offsets[place] for place in places],
            payloads=[self.payloads[place] for place in places],
            checksums=[self.checksums[place] for place in places],
            dead_letters=letters,
            event_types=types,
            columns=None,
        )


@dataclass(frozen=True)
class MergeResult:
    """One merge of new raw events into rows.

    inserted + updated + deleted + stale + quarantined = raw events taken. stale: older than, or
    equal to, the version that is stored in the end, or the delete of what is deleted already.
    delay_s: age of the oldest event taken when the merge began.
    """

    inserted: int = 0
    updated: int = 0
    stale: int = 0
    quarantined: int = 0
    duration_s: float = 0.0
    delay_s: float = 0.0
    deleted: int = 0

    @property
    def taken(self) -> int:
        """Raw events this merge took."""
        return self.inserted + self.updated + self.deleted + self.stale + self.quarantined

    def plus(self, other: "MergeResult") -> "MergeResult":
        """Return the sum of two runs; the longer delay stands."""
        return MergeResult(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.stale + other.stale,
            self.quarantined + other.quarantined,
            self.duration_s + other.duration_s,
            max(self.delay_s, other.delay_s),
            self.deleted + other.deleted,
        )

    def logged(self, started_at: datetime, from_seq: object, to_seq: object) -> list[object]:
        """Return the parameters of `merge_log`: the row of this run in `transform_runs`."""
        return [
            started_at,
            from_seq,
            to_seq,
            self.inserted,
            self.updated,
            self.stale,
            self.quarantined,
            self.duration_s,
            self.delay_s,
            self.deleted,
        ]


@dataclass(frozen=True)
class ContentSpan:
    """What a table holds that can be compared with checksums.

    first and last: positions of its rows, of which there are `rows`. without: rows stored before
    there were checksums.
    """

    rows: int
    first: int
    last: int
    without: int


@dataclass(frozen=True)
class Damage:
    """A row that is not as it came. position: within its table.

    fault: `payload` (for a letter: payload, key or headers) or `coordinates` (event id and Kafka
    coordinates contradict each other), or both joined by `+`. stage: `event`, or that of a letter.
    stored: the checksum taken when it came, found: that of what is there now.
    """

    position: int
    fault: str
    stage: str
    event_id: str
    source_id: str
    partition: int
    offset: int
    stored: str
    found: str


@dataclass(frozen=True)
class RecordBytes:
    """A record as the topic, or a copy, holds it, with the checksum that its row bears."""

    event_id: str
    source_id: str
    partition: int
    offset: int
    key: bytes | None
    payload: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    checksum: int


@dataclass(frozen=True)
class ContentPart:
    """Rows that were compared: those behind a position, up to and with `last`.

    without: those that have no checksum. more_damaged: damaged ones that are not listed.
    """

    last: int
    verified: int = 0
    without: int = 0
    damaged: Sequence[Damage] = ()
    more_damaged: int = 0

    @property
    def compared(self) -> int:
        """Rows read."""
        return self.verified + self.without + len(self.damaged) + self.more_damaged


@dataclass(frozen=True)
class SetupStep:
    """What became of one script of the setup.

    done and denied: its statements that were run, and those that the role may not run. reason: why
    the first of these was refused; empty when none was. kept: what an earlier version made and no
    statement can change; empty when there is nothing.
    """

    script: str
    title: str
    done: int
    denied: int = 0
    reason: str = ""
    kept: str = ""


@dataclass(frozen=True)
class StoredDeadLetter:
    """A dead letter as the warehouse keeps it.

    stage: `decode` (found by the consumer), `merge`, or `reread`: one of the consumer that became
    an event when its record was read again.
    """

    event_id: str
    stage: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    payload: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    received_at: datetime
    replays: int

    @property
    def replayable(self) -> bool:
        """Whether to publish it again as it is can help.

        A letter of the merge is an event that was read well and stands in the raw table: sent
        again unchanged, it would appear twice and fail in the same way.
        """
        return self.stage != "merge"
