"""Dead letters as the named reads of every warehouse give them."""

from core.clock import utc
from core.warehouse.model import Row, StoredDeadLetter
from core.warehouse.record_headers import headers_from


def letter_from(row: Row) -> StoredDeadLetter:
    """Return the dead letter of a row; what a read puts behind its twelve columns is left out.

    Times are stored as UTC without a zone; whole numbers may come as decimals.
    """
    event_id, stage, reason, detail, topic, partition, offset, key, payload = row[:9]
    headers, received_at, replays = row[9:12]
    return StoredDeadLetter(
        event_id=event_id,
        stage=stage,
        reason=reason,
        detail=detail,
        topic=topic,
        partition=int(partition),
        offset=int(offset),
        key=key,
        payload=payload,
        headers=headers_from(headers),
        received_at=utc(received_at),
        replays=int(replays),
    )
