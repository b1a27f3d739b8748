"""A damaged row gets its bytes back, and its row what follows from them, in one transaction."""

from datetime import datetime

from core.warehouse.duckdb.merge import count_kept, write_rows
from core.warehouse.duckdb.parsed import Runner
from core.warehouse.model import Damage, RecordBytes
from core.warehouse.record_headers import headers_text


def restore(
    sql: Runner,
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
        _restore_event(sql, damage, [record.payload.decode(), *place], now)
        if keeps:
            count_kept(sql)
    elif damage.stage == "merge":
        sql.run("repair_copy", [record.payload, *place, damage.position])
    else:
        letter = [record.payload, record.key, headers_text(record.headers)]
        sql.run("repair_letter", [*letter, *place, damage.position])


def _restore_event(
    sql: Runner,
    damage: Damage,
    columns: list[object],
    now: datetime,
) -> None:
    seq = damage.position
    ids = _key(sql, seq)
    sql.run("repair_event", [*columns, seq])
    ids += _key(sql, seq)
    ((merged,),) = sql.run("merge_position")
    if seq > merged:
        return  # the next merge takes it as it is now
    sql.run("repair_quarantine", [[damage.event_id, columns[1]]])
    sql.run("repair_rows", [ids])
    for (other,) in sql.run("repair_events", [merged, ids]):
        sql.run("merge_cast", [other - 1, other])
        ((_taken, unusable, _keys, *bounds),) = sql.run("merge_count")
        write_rows(sql, bounds, keeps=False)
        if unusable and other == seq:
            sql.run("merge_quarantine", [now, seq - 1, seq])


def _key(sql: Runner, seq: int) -> list[str]:
    """Return the key that an event names, nothing where it is no JSON."""
    rows = sql.run("repair_key", [seq])
    return [key for (key,) in rows if key is not None]
