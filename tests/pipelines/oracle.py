"""What the tables of the three foreign pipelines must hold, worked out without any SQL."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
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


def _accounts(event: dict[str, Any]) -> tuple[Any, Any, Row]:
    row = {
        "account_id": event["account_id"],
        "owner_name": event["owner"]["name"],
        "owner_email": event["owner"]["email"],
        "status": event["status"],
        "balance": Decimal(str(event["balance"])).quantize(Decimal("0.01")),
        "opened_on": date.fromisoformat(event["opened_on"]),
        "version": event["version"],
        "updated_at": _moment(event["updated_at"]),
        "limits_daily": event.get("limits", {}).get("daily"),
    }
    return row["account_id"], (row["version"], row["updated_at"]), row


_READ: dict[str, Callable[[dict[str, Any]], tuple[Any, Any, Row] | None]] = {
    "iot": _iot,
    "repository": _repository,
    "accounts": _accounts,
}


def newest(name: str, stream: Iterable[Record]) -> dict[Any, Row]:
    """Return the newest version of each row by its key."""
    best: dict[Any, tuple[Any, Row]] = {}
    for offset, (_key, value) in enumerate(stream):
        read = _READ[name](json.loads(value))
        if read is None:
            continue
        key, version, row = read
        if key not in best or (*version, offset) > best[key][0]:
            best[key] = ((*version, offset), row)
    return {key: row for key, (_version, row) in best.items()}
