"""A damaged row gets its bytes back, and its row what follows from them, in one transaction."""

from collections.abc import Callable
from datetime import datetime

import duckdb

from core.warehouse.duckdb.merge import count_kept, write_rows
from core.warehouse.model import Damage, RecordBytes
from core.warehouse.record_headers import headers_text


def restore(
    cursor: duckdb.DuckDBPyConnection,
    sql: Callable[[str], str],
    damage: Damage,
    record: RecordBytes,
    now: datetime,
    *,
    keeps: bool = False,
) -> None:
    """Put a record back, in the caller's transaction. now: naive UTC. keeps: figures with rows."""
    place = [
        record.event_id,
        record.source_id,
        record.partition,
        record.offset,
        record.checksum,
    ]
    if damage.stage == "event" and record.payload is not None:
        _restore_event(cursor, sql, damage, [record.payload.decode(), *place], now)
        if keeps:
            count_kept(cursor, sql)
    elif damage.stage == "merge":
        cursor.execute(sql("repair_copy"), [record.payload, *place, damage.position])
    else:
        letter = [record.payload, record.key, headers_text(record.headers)]
        cursor.execute(sql("repair_letter"), [*letter, *place, damage.position])


def _restore_event(
    cursor: duckdb.DuckDBPyConnection,
    sql: Callable[[str], str],
    damage: Damage,
    columns: list[object],
    now: datetime,
) -> None:
    seq = damage.position
    ids = _key(cursor, sql, seq)
    cursor.execute(sql("repair_event"), [*columns, seq])
    ids += _key(cursor, sql, seq)
    ((merged,),) = cursor.execute(sql("merge_position")).fetchall()
    if seq > merged:
        return  # the next merge takes it as it is now
    cursor.execute(sql("repair_quarantine"), [[damage.event_id, columns[1]]])
    cursor.execute(sql("repair_rows"), [ids])
    for (other,) in cursor.execute(sql("repair_events"), [merged, ids]).fetchall():
        cursor.execute(sql("merge_cast"), [other - 1, other])
        ((_taken, unusable, _keys, *bounds),) = cursor.execute(sql("merge_count")).fetchall()
        write_rows(cursor, sql, bounds, keeps=False)
        if unusable and other == seq:
            cursor.execute(sql("merge_quarantine"), [now, seq - 1, seq])


def _key(cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str], seq: int) -> list[str]:
    """Return the key that an event names, nothing where it is no JSON."""
    rows = cursor.execute(sql("repair_key"), [seq]).fetchall()
    return [key for (key,) in rows if key is not None]
