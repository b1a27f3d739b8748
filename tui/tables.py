"""What a pane shows, as a plain table for export: figures whole, times in UTC, nothing cut.

A pane of rows exports what its filter shows (`sheet_of`), another one the moment (`table_of`).
Strings from outside are harmless in an export too; the bytes of records are given in base64 beside.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.alerts.model import Alert
from core.clock import iso
from core.doctor.model import Finding
from core.jobs.base import Table
from core.kpis.model import as_json, unit_of
from core.lifecycle import FINAL_STATES
from core.operations.inforce import SettingInForce
from core.operations.inspect import ListedLetter, MergeRun, StoredGap, StoredOffset
from core.operations.logtail import LogEntry
from core.operations.peeked import PeekedRecord
from core.operations.snapshot import DeskSnapshot
from core.text import clean
from core.validation.model import CheckResult
from core.warehouse.model import TableFacts

_MOST = 200_000
"""Characters of one cell: more than a record of the peek or of the dead letters keeps."""

Cells = tuple[object, ...]


def table_of(name: str, now: DeskSnapshot) -> Table | None:
    """Return the table of a pane without rows of its own, None for one that has none."""
    make = _TABLES.get(name)
    return make(now) if make else None


def sheet_of(name: str, sources: Sequence[Any]) -> Table:
    """Return a list with a row for each source; name: the list, a source: what a row stands for."""
    headers, cells = _SHEETS[name]
    return Table(headers, [cells(source) for source in sources])


def _seed(now: DeskSnapshot) -> Table:
    files = now.seed.result.files if now.seed.result else ()
    rows = [(str(file.path), file.rows, file.bytes, file.sha256) for file in files]
    return Table(("path", "rows", "bytes", "sha256"), rows)


def _producer(now: DeskSnapshot) -> Table:
    last = now.producer
    row = (
        last.state.value,
        last.mode,
        last.topic,
        round(last.rate_target, 2),
        round((last.rate_actual if last.state in FINAL_STATES else now.produced) or 0.0, 2),
        last.sent,
        last.acked,
        last.failed,
        last.rejected,
        last.bytes,
        *(last.injected.get(kind, 0) for kind in ("duplicates", "late", "poison")),
    )
    headers = ("state", "mode", "topic", "rate_target", "rate_actual", "sent", "acked", "failed")
    return Table((*headers, "rejected", "bytes", "duplicates", "late", "poison"), [row])


def _consumer(now: DeskSnapshot) -> Table:
    rows = [
        (now.consumer.topic, part, offset, now.lag.get(part), _state(now, part))
        for part, offset in sorted(now.offsets.items())
    ]
    return Table(("topic", "partition", "next_offset", "lag", "state"), rows)


def _state(now: DeskSnapshot, partition: int) -> str | None:
    state = now.states.get(partition)
    return None if state is None else state.name


def _kpis(now: DeskSnapshot) -> Table | None:
    """Return the newest rows, else the first list, else the figures; None: nothing was read."""
    found = now.figures.value
    if found is None:
        return None
    for part in found.kpis.shown("recent", "top", "split", "series"):
        headers = tuple(column.name for column in part.kpi.columns)
        return Table(headers, [tuple(row.values()) for row in part.to_json()])
    rows = [
        (figure.column.name, as_json(figure.column, figure.value), unit_of(figure.column))
        for figure in found.kpis.figures
    ]
    return Table(("figure", "value", "unit"), rows)


def _check(check: CheckResult) -> Cells:
    return check.name, check.status.name, check.message, round(check.elapsed_s, 3)


def _alert(alert: Alert) -> Cells:
    times = (alert.raised_at, alert.cleared_at, alert.acknowledged_at)
    return (
        alert.rule,
        alert.level.name,
        alert.worst.name,
        clean(alert.message, _MOST),
        *map(_time, times),
    )


def _record(record: PeekedRecord) -> Cells:
    key, value = record.key, record.value
    return (
        record.partition,
        record.offset,
        _time(record.at),
        record.size,
        _text(key),
        _text(value),
        _base64(value),
    )


def _letter(listed: ListedLetter) -> Cells:
    letter = listed.letter
    return (
        letter.event_id,
        clean(letter.reason, _MOST),
        clean(letter.detail, _MOST),
        letter.stage,
        clean(letter.topic, _MOST),
        letter.partition,
        letter.offset,
        _time(letter.received_at),
        listed.size,
        _text(letter.key),
        _text(letter.payload),
        _base64(letter.payload),
    )


def _merge(run: MergeRun) -> Cells:
    counts = (run.inserted, run.updated, run.stale, run.quarantined)
    return _time(run.started_at), *counts, round(run.duration_s, 6), round(run.delay_s, 6)


def _offset(one: StoredOffset) -> Cells:
    return (
        one.topic,
        one.source_id,
        one.partition,
        one.start_offset,
        one.next_offset,
        one.skipped,
        _time(one.updated_at),
    )


def _gap(gap: StoredGap) -> Cells:
    reason = clean(gap.reason, _MOST)
    return (
        clean(gap.topic, _MOST),
        gap.partition,
        gap.from_offset,
        gap.to_offset - 1,
        reason,
        _time(gap.noticed_at),
    )


def _log(entry: LogEntry) -> Cells:
    fields = " ".join(f"{name}={value}" for name, value in entry.fields)
    return (
        _time(entry.at),
        entry.level,
        clean(entry.logger, _MOST),
        clean(entry.thread, _MOST),
        clean(entry.message, _MOST),
        clean(fields, _MOST),
    )


def _table(table: TableFacts) -> Cells:
    return table.name, table.rows, table.bytes


def _finding(found: Finding) -> Cells:
    return found.name, found.status.value, clean(found.detail, _MOST), clean(found.hint, _MOST)


def _setting(setting: SettingInForce) -> Cells:
    return setting.name, clean(setting.value, _MOST), clean(setting.where, _MOST) or "default"


def _time(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _text(content: bytes | None) -> str | None:
    return None if content is None else clean(content, _MOST)


def _base64(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode("ascii")


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TABLES: Mapping[str, Callable[[DeskSnapshot], Table | None]] = {
    "seed": _seed,
    "producer": _producer,
    "consumer": _consumer,
    "kpis": _kpis,
}

_BYTES = "size key value value_base64"
_SHEETS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], Cells]]] = {
    "validation": (_names("check status message elapsed_s"), _check),
    "alerts": (
        _names("rule level worst message raised_at cleared_at acknowledged_at"),
        _alert,
    ),
    "events": (_names(f"partition offset at {_BYTES}"), _record),
    "dead_letters": (
        _names(f"event_id reason detail stage topic partition offset received_at {_BYTES}"),
        _letter,
    ),
    "warehouse_tables": (
        _names("table rows bytes"),
        _table,
    ),
    "warehouse_merges": (
        _names("started_at inserted updated stale quarantined duration_s delay_s"),
        _merge,
    ),
    "warehouse_offsets": (
        _names("topic source_id partition start_offset next_offset skipped updated_at"),
        _offset,
    ),
    "warehouse_gaps": (
        _names("topic partition first_lost last_lost reason noticed_at"),
        _gap,
    ),
    "logs": (_names("at level logger thread message fields"), _log),
    "doctor": (
        _names("check status found mend"),
        _finding,
    ),
    "settings": (
        _names("setting value from"),
        _setting,
    ),
}
