"""Records that are read again, on any engine: what is missing comes back, nothing comes twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.clock import naive_utc
from core.config import Thresholds
from core.errors import WarehouseError
from core.validation import Status, reconciliation
from core.validation.context import CheckContext
from core.warehouse.base import Warehouse
from core.warehouse.filled import Filled
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.support.oracle import check_checksums, oracle_rows
from tests.support.sharing import POISON, TOPIC, batch, payload

COUNT = 100
WAITING, GONE, REPLAYED, DISMISSED = 0, POISON, 2 * POISON, 3 * POISON
"""Offsets of letters: one that waits, one that was deleted, and two that are closed."""
LOST = (3, 4, 60)
"""Offsets of events that were deleted."""


def read_again(start: int = 0, end: int = COUNT) -> RawBatch:
    """Return what reading again gives: most letters can be read now."""
    found = batch(0, start, end)
    now = [offset for offset in (WAITING, REPLAYED, DISMISSED, 4 * POISON) if start <= offset < end]
    return RawBatch(
        TOPIC,
        datetime.now(UTC),
        [*found.partitions, *(0 for _ in now)],
        [*found.offsets, *now],
        [*found.payloads, *(payload(0, offset) for offset in now)],
        [letter for letter in found.dead_letters if letter.offset not in now],
        found.advances,
        event_types="order_created",
    )


def check_filling(
    warehouse: Warehouse, damage: Callable[[str, int], None], inside: Warehouse | None = None
) -> None:
    """Fail unless a batch that is read again brings what is missing and nothing else.

    damage: deletes the row of a table (`events`, `dead_letters`) at an offset of partition 0.
    inside: the warehouse in whose process the tables can be read, where it is another one.
    """
    inside = inside or warehouse
    warehouse.register_partitions(TOPIC, {0: 0, 1: 0})
    warehouse.write_batch(batch(0, 0, COUNT))
    warehouse.write_batch(batch(1, 0, COUNT))
    warehouse.merge()
    warehouse.mark_replayed([TOPIC.event_id(0, REPLAYED)])
    now = naive_utc(datetime.now(UTC))
    dismissed = [TOPIC.event_id(0, DISMISSED)]
    ids = dismissed if warehouse.engine.name == "duckdb" else json.dumps(dismissed)
    warehouse.execute("dismiss_letters", [now, "somebody", "known", ids])
    before = _events(inside)
    orders = sorted(oracle_rows(inside, "orders"))
    for offset in LOST:
        damage("events", offset)
    damage("dead_letters", GONE)

    missing = replace(read_again(), advances=[OffsetAdvance(0, 0, COUNT + 1)])
    with pytest.raises(WarehouseError, match="0/0-101 is not behind the stored offsets"):
        warehouse.fill_batch(missing)
    assert len(_events(inside)) == len(before) - len(LOST)

    assert warehouse.fill_batch(read_again()) == Filled(len(LOST), 1, 2)
    for _again in range(2):
        assert warehouse.fill_batch(read_again()) == Filled()
    assert warehouse.stored_offsets(TOPIC) == {0: COUNT, 1: COUNT}
    resolved = {(0, WAITING), (0, 4 * POISON)}
    now_events = {place: json.loads(payload(*place)) for place in resolved}
    assert _events(inside) == before | now_events
    assert _resolved(inside) == resolved
    waiting = {(one.partition, one.offset) for one in warehouse.dead_letters()}
    assert (0, GONE) in waiting
    assert not {(0, WAITING), (0, REPLAYED), (0, DISMISSED)} & waiting
    _check(warehouse)

    merged = warehouse.merge()
    assert (merged.inserted, merged.updated, merged.stale) == (2, 0, len(LOST))
    assert [row for row in sorted(oracle_rows(inside, "orders")) if row in orders] == orders
    _check(warehouse)


def _check(warehouse: Warehouse) -> None:
    check_checksums(warehouse)
    context = CheckContext(warehouse, Thresholds(), datetime.now(UTC))
    found = reconciliation.check(context)
    assert found.status is Status.PASS, (found.message, found.rows)


def _events(warehouse: Warehouse) -> dict[tuple[int, int], object]:
    """Return what each place holds; bytes are proved by the checksums."""
    found: dict[tuple[int, int], object] = {}
    for row in oracle_rows(warehouse, "all_events"):
        place = (int(row[5]), int(row[6]))
        assert place not in found
        found[place] = json.loads(row[2])
    return found


def _resolved(warehouse: Warehouse) -> set[tuple[int, int]]:
    rows = oracle_rows(warehouse, "all_dead_letters")
    return {(int(row[6]), int(row[7])) for row in rows if row[1] == "reread"}
