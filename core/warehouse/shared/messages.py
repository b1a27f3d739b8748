"""What processes say to each other: typed requests, answers, errors as our own, batches as Arrow.

A request names a method of `core.warehouse.base.Warehouse`, and its arguments must have the types
that stand here; nothing else is understood. Rows follow as record batches (`values`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from core import errors
from core.broker.identity import TopicIdentity
from core.errors import DropshipError
from core.remedies import REMEDIES
from core.text import clean
from core.warehouse.backlog import MergeBacklog
from core.warehouse.filled import Filled
from core.warehouse.model import (
    ColumnFound,
    ContentPart,
    ContentSpan,
    Damage,
    DeadLetter,
    MergeResult,
    OffsetAdvance,
    OffsetGap,
    RawBatch,
    RecordBytes,
    Row,
    SetupStep,
    StoredDeadLetter,
    TableFacts,
)
from core.warehouse.questions import Found, Question
from core.warehouse.record_headers import headers_text
from core.warehouse.shared.decoders import Decoders

PROTOCOL = 4
"""Raised with every change of a message: processes of two protocols refuse each other."""

MOST_BYTES = 1 << 30
"""Of the rows that follow one request; a batch of the consumer has a few per cent of it."""


@dataclass(frozen=True)
class _BatchHead:
    """What a RawBatch holds beside its events. event_type: None where each has its own."""

    identity: TopicIdentity
    received_at: datetime
    event_type: str | None
    dead_letters: list[DeadLetter]
    advances: list[OffsetAdvance]
    gaps: list[OffsetGap]


ARGUMENTS: dict[str, Any] = {
    "setup": tuple[bool],
    "load_table": tuple[str],
    "register_partitions": tuple[TopicIdentity, dict[int, int]],
    "stored_offsets": tuple[TopicIdentity],
    "write_batch": tuple[_BatchHead],
    "fill_batch": tuple[_BatchHead],
    "merge": tuple[()],
    "rebuild_kept": tuple[()],
    "rows": tuple[str, str],
    "ask": tuple[Question],
    "cancel_question": tuple[str],
    "execute": tuple[str, str],
    "columns": tuple[()],
    "tables": tuple[()],
    "content_span": tuple[str],
    "compare_content": tuple[str, int, int],
    "restore": tuple[Damage, RecordBytes],
    "dead_letters": tuple[str | None, int | None],
    "mark_replayed": tuple[list[str]],
}
"""Of each method, as they are sent: parameters bound to SQL as text that tells their types."""

RESULTS: dict[str, Any] = {
    "setup": list[SetupStep],
    "load_table": int,
    "register_partitions": dict[int, int],
    "stored_offsets": dict[int, int],
    "fill_batch": Filled,
    "merge": MergeResult,
    "columns": list[ColumnFound],
    "tables": list[TableFacts],
    "content_span": ContentSpan,
    "compare_content": ContentPart,
    "ask": Found,
}
"""Of the methods that return something other than rows."""


ONCE = frozenset({"write_batch", "execute", "restore", "mark_replayed"})
"""What is not done again while it is not known whether it was done.

A merge is: what the first one took is merged, and the second takes what it left.
"""


NAMING = frozenset({"rows", "execute", "content_span", "compare_content", "load_table"})
"""What begins with the name of a statement or table, which stands for a file of `sql/`."""


class Hello(msgspec.Struct):
    """Who serves: process, protocol, version, and what of the file's content it works on."""

    pid: int
    protocol: int
    version: str
    schema: str
    pipeline: str
    fingerprint: str


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One call. rows: how many follow; fewer mean that the caller died, and nothing is done."""

    method: str
    arguments: msgspec.Raw
    rows: int = 0


class Fault(msgspec.Struct):
    """An error of ours on its way. kind: empty for a defect."""

    kind: str
    message: str
    advice: str = ""
    remedies: list[str] = []
    transient: bool = False


class Answer(msgspec.Struct):
    """What became of a request. rows: how many follow. backlog: see `Warehouse.merge_backlog`.

    leaving: nothing was done, because the holder is about to end.
    """

    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    rows: int = 0
    fault: Fault | None = None
    backlog: MergeBacklog | None = None
    leaving: bool = False


_DECODERS = Decoders()


def encode(message: object) -> bytes:
    """Return a message as bytes."""
    return msgspec.msgpack.encode(message)


def decode(data: bytes | msgspec.Raw, kind: Any) -> Any:
    """Return a message of a type. Errors: msgspec.MsgspecError where it is not one."""
    return _DECODERS.decode(data, kind)


def fault_of(error: BaseException) -> Fault:
    """Return an error as it is sent."""
    if not isinstance(error, DropshipError):
        return Fault("", f"{type(error).__name__}: {clean(error, 500)}")
    actions = [remedy.action for remedy in error.remedies]
    return Fault(error.kind, error.message, error.advice, actions, error.transient)


def error_of(fault: Fault) -> Exception:
    """Return the error that a fault stands for; a defect stays one."""
    known = _KINDS.get(fault.kind)
    if known is None:
        return RuntimeError(fault.message)
    by_action = {remedy.action: remedy for remedy in REMEDIES}
    remedies = [by_action[action] for action in fault.remedies if action in by_action]
    return known(fault.message, hint=fault.advice, transient=fault.transient, remedies=remedies)


_KINDS: dict[str, type[DropshipError]] = {
    known.kind: known
    for known in vars(errors).values()
    if isinstance(known, type) and issubclass(known, DropshipError)
}


_NO_EVENTS = pa.table(
    {
        "partition": pa.array([], pa.int32()),
        "offset": pa.array([], pa.int64()),
        "payload": pa.array([], pa.binary()),
        "checksum": pa.array([], pa.uint64()),
    }
)


def batch_head(batch: RawBatch) -> _BatchHead:
    """Return all of a batch but its events."""
    return _BatchHead(
        batch.identity,
        batch.received_at,
        batch.event_types if isinstance(batch.event_types, str) else None,
        list(batch.dead_letters),
        list(batch.advances),
        list(batch.gaps),
    )


_TYPED = "typed."
"""Before the names of typed columns, which may be any."""


def batch_events(batch: RawBatch) -> pa.RecordBatch:
    """Return the events of a batch, with what their fields mean where that is known."""
    columns = {
        "partition": pa.array(batch.partitions, pa.int32()),
        "offset": pa.array(batch.offsets, pa.int64()),
        "payload": pa.array(batch.payloads, pa.binary()),
        "checksum": pa.array(batch.checksums, pa.uint64()),
    }
    if not isinstance(batch.event_types, str):
        columns["event_type"] = pa.array(batch.event_types, pa.string())
    if batch.columns is not None:
        for name in batch.columns.column_names:
            columns[_TYPED + name] = batch.columns[name].combine_chunks()
    return pa.record_batch(columns)


def batch_from(head: _BatchHead, events: Sequence[pa.RecordBatch]) -> RawBatch:
    """Return a batch from its parts."""
    table = pa.Table.from_batches(events) if events else _NO_EVENTS
    typed = [name for name in table.column_names if name.startswith(_TYPED)]
    columns = {
        name: _Column(table.column(name)) for name in table.column_names if name not in typed
    }
    return RawBatch(
        head.identity,
        head.received_at,
        columns["partition"],
        columns["offset"],
        columns["payload"],
        head.dead_letters,
        head.advances,
        head.gaps,
        columns["checksum"],
        columns.get("event_type", ()) if head.event_type is None else head.event_type,
        table.select(typed).rename_columns([name.removeprefix(_TYPED) for name in typed])
        if typed
        else None,
    )


class _Column(Sequence[Any]):
    """A column as it came: Arrow takes it as it is, to others it is a sequence of values."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column.combine_chunks()

    def __arrow_array__(self, type: pa.DataType | None = None) -> pa.Array:  # noqa: A002 - Arrow's names
        """Return the column, cast where another type is wanted."""
        return self._column if type is None else self._column.cast(type)

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, place: Any) -> Any:
        found = self._column[place]
        return found.to_pylist() if isinstance(place, slice) else found.as_py()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._column.to_pylist())


def letter_row(letter: StoredDeadLetter) -> Row:
    """Return a dead letter as `core.warehouse.dead_letters.letter_from` takes it."""
    return (
        letter.event_id,
        letter.stage,
        letter.reason,
        letter.detail,
        letter.topic,
        letter.partition,
        letter.offset,
        letter.key,
        letter.payload,
        headers_text(letter.headers),
        letter.received_at.replace(tzinfo=None),
        letter.replays,
    )
