"""What the warehouse holds and how it keeps up: tables, merges, offsets, gaps, dead letters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import utc
from core.config import Settings
from core.text import clean
from core.warehouse.base import Warehouse
from core.warehouse.dead_letters import letter_from
from core.warehouse.model import StoredDeadLetter, TableFacts
from core.warehouse.snowflake.credits import read_credits
from core.warehouse.snowflake.task import TaskStatus, read_tasks

LETTERS = 500
"""Dead letters that a list shows at most."""
KEPT_BYTES = 65_536
"""Bytes of a dead letter's key and payload that a list keeps."""
_RUNS = 200
_REPLAY_CHUNK = 50


@dataclass(frozen=True)
class MergeRun:
    """One merge that took events. delay_s: age of the oldest event it took."""

    started_at: datetime
    inserted: int
    updated: int
    deleted: int
    stale: int
    quarantined: int
    duration_s: float
    delay_s: float


@dataclass(frozen=True)
class StoredOffset:
    """How far a partition of one incarnation of a topic is stored."""

    topic: str
    source_id: str
    partition: int
    start_offset: int
    next_offset: int
    skipped: int
    updated_at: datetime


@dataclass(frozen=True)
class StoredGap:
    """Offsets [from_offset, to_offset) that were gone before they were read."""

    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str
    noticed_at: datetime


@dataclass(frozen=True)
class Inspection:
    """The warehouse at one moment. backlog: raw events not merged yet; runs: newest first.

    file_bytes and log_bytes: None where the file cannot be looked at.
    tasks: what works inside Snowflake, the merge first; none on DuckDB. credits: what to say of
    Snowflake's.
    """

    tables: tuple[TableFacts, ...]
    file_bytes: int | None
    log_bytes: int | None
    backlog: int
    runs: tuple[MergeRun, ...]
    offsets: tuple[StoredOffset, ...]
    gaps: tuple[StoredGap, ...]
    tasks: tuple[TaskStatus, ...] = ()
    credits: str = ""


@dataclass(frozen=True)
class ListedLetter:
    """A dead letter for a list. letter: key and payload cut at KEPT_BYTES. size: of the payload.

    text: the JSON that the payload stands for, where it is not JSON itself and that is known.
    """

    letter: StoredDeadLetter
    size: int
    text: bytes | None = None


@dataclass(frozen=True)
class ReasonCount:
    """How many dead letters wait for one reason, and when the newest of them came."""

    reason: str
    letters: int
    newest: datetime


@dataclass(frozen=True)
class DeadLetters:
    """Dead letters that were not replayed: how many, and the newest of them.

    reasons: of all of them, the most frequent first.
    """

    total: int
    letters: tuple[ListedLetter, ...]
    reasons: tuple[ReasonCount, ...] = ()


def inspect(warehouse: Warehouse, settings: Settings) -> Inspection:
    """Return the state of the warehouse. Errors: WarehouseError."""
    ((backlog,),) = warehouse.rows("inspect_backlog")
    return Inspection(
        tables=tuple(warehouse.tables()),
        file_bytes=_size(settings, ""),
        log_bytes=_size(settings, ".wal"),
        backlog=int(backlog),
        runs=tuple(
            MergeRun(utc(started), *figures)
            for started, *figures in warehouse.rows("inspect_runs", [_RUNS])
        ),
        offsets=tuple(
            StoredOffset(clean(topic), source, part, start, following, skipped, utc(updated))
            for topic, source, part, start, following, skipped, updated in warehouse.rows(
                "inspect_offsets"
            )
        ),
        gaps=tuple(
            StoredGap(clean(topic), part, first, end, clean(reason), utc(noticed))
            for topic, part, first, end, reason, noticed in warehouse.rows("inspect_gaps", [_RUNS])
        ),
        tasks=read_tasks(warehouse),
        credits=read_credits(warehouse),
    )


def _size(settings: Settings, suffix: str) -> int | None:
    """Return the size of the warehouse file, or of its log, which is not there while empty."""
    file = settings.paths.warehouse_file
    try:
        return file.with_name(file.name + suffix).stat().st_size
    except FileNotFoundError:
        return 0 if suffix and file.exists() else None
    except OSError:
        return None


def dead_letters(
    warehouse: Warehouse,
    limit: int = LETTERS,
    text: Callable[[bytes | None], bytes | None] = lambda _payload: None,
) -> DeadLetters:
    """Return the newest dead letters with bounded bytes. Errors: WarehouseError.

    text: returns the JSON of a payload that is not JSON itself.
    """
    reasons = tuple(
        ReasonCount(clean(reason, 60), int(letters), utc(newest))
        for reason, letters, newest in warehouse.rows("inspect_dead_letter_reasons")
    )
    rows = warehouse.rows("inspect_dead_letters", [KEPT_BYTES, KEPT_BYTES, limit])
    listed = [ListedLetter(letter_from(row), row[-1]) for row in rows]
    return DeadLetters(
        sum(one.letters for one in reasons),
        tuple(replace(one, text=text(one.letter.payload)) for one in listed),
        reasons,
    )


def letters_of(warehouse: Warehouse, event_ids: Sequence[str]) -> Iterator[list[StoredDeadLetter]]:
    """Yield dead letters whole, in chunks that fit into memory; those replayed since are left out.

    Errors: WarehouseError.
    """
    for start in range(0, len(event_ids), _REPLAY_CHUNK):
        ids = list(event_ids[start : start + _REPLAY_CHUNK])
        yield [letter_from(row) for row in warehouse.rows("inspect_dead_letters_of", [ids])]
