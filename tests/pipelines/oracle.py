"""What the tables of the three foreign pipelines must hold, worked out without any SQL."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.pipelines.samples import Record

Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as the columns are


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _iot(event: dict[str, Any]) -> tuple[Any, Any, Row] | None:
    if event["temperature"] == "n/a":
        return None
    row = {
        "reading_id": event["readingId"],
        "device_id": event["device"]["id"],
        "device_model": event["device"]["model"],
        "ts": _EPOCH + timedelta(milliseconds=event["ts"]),
        "temperature": float(event["temperature"]),
        "humidity": event["humidity"],
        "battery": float(event["battery"]),
        "samples": event["samples"],
        "order_": event.get("order"),
    }
    return row["reading_id"], (row["ts"],), row


def _repository(event: dict[str, Any]) -> tuple[Any, Any, Row]:
    row = {
        "id": event["id"],
        "type": event["type"],
        "actor_id": event["actor"]["id"],
        "actor_login": event["actor"]["login"],
        "repo_id": event["repo"]["id"],
        "repo_name": event["repo"]["name"],
        "payload_": event["payload"],
        "public": event["public"],
        "created_at_": _moment(event["created_at"]),
    }
    return row["id"], (row["created_at_"],), row


def _accounts(event: dict[str, Any]) -> tuple[Any, Any, Row | None]:
    source, after = event["source"], event["after"]
    version = (source["lsn"],)
    if event["op"] == "d":
        return event["before"]["account_id"], version, None
    row = {
        "account_id": after["account_id"],
        "owner_name": after["owner_name"],
        "owner_email": after["owner_email"],
        "status": after["status"],
        "balance": Decimal(after["balance"]),
        "opened_at": _EPOCH + timedelta(microseconds=after["opened_at"]),
        "updated_at": _EPOCH + timedelta(milliseconds=after["updated_at"]),
        "daily_limit": after["daily_limit"],
        "source_ts_ms": _EPOCH + timedelta(milliseconds=source["ts_ms"]),
        "source_lsn": source["lsn"],
    }
    return row["account_id"], version, row


_READ: dict[str, Callable[[dict[str, Any]], tuple[Any, Any, Row | None] | None]] = {
    "iot": _iot,
    "repository": _repository,
    "accounts": _accounts,
}


def newest(name: str, stream: Iterable[Record]) -> dict[Any, Row]:
    """Return the newest version of each row by its key, of the rows that are not deleted."""
    return {key: row for key, (_version, row) in standing(name, stream).items() if row is not None}


def standing(name: str, stream: Iterable[Record]) -> dict[Any, tuple[Any, Row | None]]:
    """Return the newest version of each key, and its row; None where it is deleted.

    A version ends with its offset. A tombstone deletes what came before it; what comes later must
    be newer than that, too.
    """
    best: dict[Any, tuple[Any, Row | None]] = {}
    emptied: dict[Any, int] = {}
    for offset, (message_key, value) in enumerate(stream):
        if value is None:
            emptied[json.loads(message_key or b"")["account_id"]] = offset
            continue
        read = _READ[name](json.loads(value))
        if read is None:
            continue
        key, version, row = read
        if key not in best or (*version, offset) > best[key][0]:
            best[key] = ((*version, offset), row)
    return {
        key: (version, row if emptied.get(key, -1) < version[-1] else None)
        for key, (version, row) in best.items()
    }
