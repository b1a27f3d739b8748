"""The one question after every fault: is every acknowledged record stored once, as it was sent?

Compared are bytes: those of every record that the topic still holds with what is stored, and what
is stored with its checksums. Counts and coordinates alone would not see damage.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import Message

from core.broker.base import Broker
from core.broker.identity import TopicIdentity
from core.config import Thresholds
from core.consumer.decoders.reasons import EventError
from core.pipeline.deletes import TOMBSTONE
from core.text import clean
from core.validation import Status, content
from core.validation.context import CheckContext
from core.warehouse.base import Warehouse
from core.warehouse.model import Row
from core.warehouse.record_headers import headers_from
from tests.support.decoding import parse_strict
from tests.support.topic import read_messages

SQL = Path(__file__).parent / "sql"


def engine(warehouse: object) -> Any:
    """Return the engine of a warehouse that this process shares, else the warehouse itself."""
    held = getattr(warehouse, "_seat", None)
    return warehouse if held is None else held.warehouse


def oracle_rows(warehouse: Warehouse, name: str) -> list[Row]:
    """Run a read that only tests need: a file of `tests/support/sql`."""
    text = (SQL / f"{name}.sql").read_text()
    inside = engine(warehouse)
    text = text.replace("{events}", inside._pipeline.definition.tables.events)
    if warehouse.engine.name == "snowflake":
        sql = text.replace("{schema}", inside._identifiers.schema)
        rows: list[Row] = inside._sessions.mine().run(sql)
        return rows
    found: list[Row] = inside._db.rows(text.replace("{schema}", inside._schema))
    return found


def coordinates(warehouse: Warehouse) -> list[tuple[str, int, int]]:
    """Return (source, partition, offset) of every raw event and dead letter, sorted."""
    return sorted(oracle_rows(warehouse, "coordinates"))


def check_exactly_once(broker: Broker, warehouse: Warehouse, topic: str, group_id: str) -> None:
    """Fail unless the topic as it stands is in the warehouse exactly once, byte for byte."""
    identity = broker.identity(topic)
    stored = warehouse.stored_offsets(identity)
    found = [entry for entry in coordinates(warehouse) if entry[0] == identity.source_id]
    expected = [
        (identity.source_id, partition, offset)
        for partition, mark in sorted(broker.watermarks(topic).items())
        for offset in range(mark.high)
    ]
    assert found == expected
    assert stored == {part: mark.high for part, mark in broker.watermarks(topic).items()}
    for partition, offset in broker.committed(topic, group_id).items():
        assert offset <= stored[partition]
    settings = broker.consumer_config("oracle")
    settings.pop("group.protocol", None)
    check_content(warehouse, identity, read_messages(broker.bootstrap_servers, topic, settings))


def check_content(
    warehouse: Warehouse, identity: TopicIdentity, messages: Iterable[Message]
) -> None:
    """Fail unless what is stored of some records is what they are, and all has its checksum.

    A VARIANT of Snowflake keeps values: events are compared by value there, letters by their bytes.
    """
    events = {row[0]: row for row in oracle_rows(warehouse, "all_events")}
    letters = {
        row[0]: row for row in oracle_rows(warehouse, "all_dead_letters") if row[1] == "decode"
    }
    exact = warehouse.engine.name == "duckdb"
    wrong = []
    for message in messages:
        place = message.partition() or 0, message.offset() or 0
        event_id = identity.event_id(*place)
        if event_id in events:
            _id, kind, payload, _at, source, *there = events[event_id]
            value = message.value()
            if value is None:  # it has no bytes: its event holds the key where events have it
                same = kind == TOMBSTONE
            else:
                same = _same_payload(payload, value, exact=exact)
        elif event_id in letters:
            row = letters[event_id]
            source, there = row[5], list(row[6:8])
            same = (row[8], row[9], headers_from(row[10])) == _parts(message)
        else:
            wrong.append(f"{event_id} is absent")
            continue
        if not same:
            wrong.append(f"{event_id} holds other bytes")
        if (source, *map(int, there)) != (identity.source_id, *place):
            wrong.append(f"{event_id} has other coordinates: {source} {there}")
    assert not wrong, f"{len(wrong)} records are not as they were: {wrong[:10]}"
    check_checksums(warehouse)


def check_checksums(warehouse: Warehouse) -> None:
    """Fail unless everything that is stored has a checksum and agrees with it."""
    found = content.check(CheckContext(warehouse, Thresholds(), datetime.now(UTC)))
    assert found.status is Status.PASS or not found.figures["stored"], (found.message, found.rows)
    assert found.figures["without_checksum"] == 0, found.message


def _same_payload(stored: str, sent: bytes, *, exact: bool) -> bool:
    if exact:
        return stored.encode() == sent
    return bool(
        json.loads(stored, parse_int=float, parse_float=float)
        == json.loads(sent, parse_int=float, parse_float=float)
    )


def _parts(message: Message) -> tuple[object, object, object]:
    found: Any = message.headers() or ()
    headers = tuple(
        (clean(name, 200), value.encode() if isinstance(value, str) else value)
        for name, value in found
    )
    key: Any = message.key()
    return key.encode() if isinstance(key, str) else key, message.value(), headers


def check_newest_orders(records: Iterable[tuple[int, int, bytes | None]], rows: list[Row]) -> None:
    """Fail unless `orders` holds exactly the newest version of each order of a topic.

    records: partition, offset and value of everything in the topic. rows: the oracle's `orders`.
    """
    newest: dict[str, tuple[tuple[object, ...], tuple[object, ...]]] = {}
    for partition, offset, value in records:
        try:
            event = parse_strict(value)
        except EventError:
            continue
        order = event.order
        version = (order.sold_at, event.timestamp, partition, offset)
        if order.id not in newest or newest[order.id][0] < version:
            newest[order.id] = (version, (order.id, order.quantity, order.unit_price))
    assert [tuple(row) for row in rows] == [entry for _key, (_v, entry) in sorted(newest.items())]
