"""Batches in DuckDB: all or nothing, behind the fence."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.errors import FencedError, WarehouseHeldError
from core.operations.inspect import dead_letters
from core.warehouse.duckdb import batches
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, OffsetGap, RawBatch
from tests.support.events import event
from tests.support.oracle import coordinates

TOPIC = TopicIdentity("cluster", "orders_topic", "0")


def batch(
    start: int, *payloads: bytes, dead: tuple[DeadLetter, ...] = (), expected: int | None = None
) -> RawBatch:
    """Return a batch of partition 0 that starts at an offset."""
    count = len(payloads)
    end = start + count + len(dead)
    return RawBatch(
        TOPIC,
        datetime.now(UTC),
        [0] * count,
        list(range(start, start + count)),
        payloads,
        dead,
        [OffsetAdvance(0, start if expected is None else expected, end)],
    )


def test_a_batch_stores_events_dead_letters_and_offset_together(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    letter = DeadLetter(0, 2, "invalid_json", "why", b"k", b"\xff{", (("h", b"\x00"), ("n", None)))
    warehouse.write_batch(batch(0, event(1), event(2), dead=(letter,)))
    assert warehouse.stored_offsets(TOPIC) == {0: 3}
    assert coordinates(warehouse) == [(TOPIC.source_id, 0, offset) for offset in range(3)]
    (found,) = warehouse.dead_letters()
    assert (found.event_id, found.reason, found.key) == (TOPIC.event_id(0, 2), "invalid_json", b"k")
    assert found.payload == b"\xff{"
    assert found.headers == (("h", b"\x00"), ("n", None))


def test_a_batch_written_twice_is_refused_and_changes_nothing(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    first = batch(0, event(1), event(2))
    warehouse.write_batch(first)
    with pytest.raises(FencedError):
        warehouse.write_batch(first)
    assert len(coordinates(warehouse)) == 2


def test_a_fence_on_one_partition_refuses_the_whole_batch(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0, 1: 0})
    warehouse.write_batch(batch(0, event(1)))
    both = RawBatch(
        TOPIC,
        datetime.now(UTC),
        [0, 1],
        [0, 0],
        [event(1), event(2)],
        [],
        [OffsetAdvance(0, 0, 1), OffsetAdvance(1, 0, 1)],
    )
    with pytest.raises(FencedError):
        warehouse.write_batch(both)
    assert warehouse.stored_offsets(TOPIC) == {0: 1, 1: 0}
    assert len(coordinates(warehouse)) == 1


def test_a_payload_that_duckdb_refuses_rolls_everything_back(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    with pytest.raises(Exception, match="JSON"):
        warehouse.write_batch(batch(0, event(1), b"{broken"))
    assert warehouse.stored_offsets(TOPIC) == {0: 0}
    assert coordinates(warehouse) == []


def test_few_events_are_stored_as_many_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = [event(1), b'{"a": "\xc3\xa9\\u0000 \'; --"}', b"[]", b"1e400"]
    moved = RawBatch(
        TOPIC,
        datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC),
        [0, 2, 1, 0],
        [5, 2**40, 0, 6],
        payloads,
        [],
        [OffsetAdvance(0, 5, 9, 2), OffsetAdvance(1, 0, 1), OffsetAdvance(2, 2**40, 2**40 + 1)],
        checksums=[0, 2**64 - 1, 2**63, 7],
        event_types=["a", "b", "\u202e", ""],
    )
    found = []
    for fewest, name in ((0, "table"), (len(payloads), "lists")):
        monkeypatch.setattr(batches, "_FEW", fewest)
        paths = Paths(tmp_path / name, tmp_path / "reports")
        held = DuckDbWarehouse(Settings(paths=paths), clock=SystemClock())
        held.register_partitions(TOPIC, {0: 5, 1: 0, 2: 2**40})
        held.write_batch(moved)
        held.write_batch(replace(moved, advances=[OffsetAdvance(1, 1, 2)], checksums=[1, 2, 3, 4]))
        rows = held._db.rows("SELECT * FROM mon_schema.orders_events ORDER BY seq")
        found.append((rows, held.stored_offsets(TOPIC)))
        held.close()
    assert found[0] == found[1]
    assert [row[0] for row in found[1][0]] == list(range(1, 9))
    assert [row[-1] for row in found[1][0]][:4] == [0, 2**64 - 1, 2**63, 7]
    assert found[1][1] == {0: 9, 1: 2, 2: 2**40 + 1}


def test_claiming_again_keeps_the_stored_offset(warehouse: DuckDbWarehouse) -> None:
    assert warehouse.register_partitions(TOPIC, {0: 7}) == {0: 7}
    assert warehouse.register_partitions(TOPIC, {0: 99, 1: 3}) == {0: 7, 1: 3}


def test_another_generation_of_a_topic_starts_afresh(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, event(1)))
    remade = TopicIdentity("cluster", "orders_topic", "1")
    assert warehouse.register_partitions(remade, {0: 0}) == {0: 0}
    assert remade.event_id(0, 0) != TOPIC.event_id(0, 0)


def test_gaps_are_kept_with_the_offset_after_them(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    move = OffsetAdvance(0, 0, 10)
    gap = OffsetGap(0, 0, 10, "retention")
    warehouse.write_batch(RawBatch(TOPIC, datetime.now(UTC), [], [], [], [], [move], [gap]))
    assert warehouse.stored_offsets(TOPIC) == {0: 10}


def test_replayed_dead_letters_are_no_longer_listed(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    letters = tuple(DeadLetter(0, n, reason, "", None, None) for n, reason in enumerate("aab"))
    warehouse.write_batch(batch(0, dead=letters))
    assert {found.offset for found in warehouse.dead_letters(reason="a")} == {0, 1}
    assert len(warehouse.dead_letters(limit=2)) == 2
    few = dead_letters(warehouse, limit=1)
    assert (few.total, len(few.letters)) == (3, 1)
    assert [(one.reason, one.letters) for one in few.reasons] == [("a", 2), ("b", 1)]
    warehouse.mark_replayed([TOPIC.event_id(0, 0), TOPIC.event_id(0, 2)])
    assert [found.offset for found in warehouse.dead_letters()] == [1]
    left = dead_letters(warehouse)
    assert [(one.reason, one.letters) for one in left.reasons] == [("a", 1)]


def test_a_second_holder_is_refused_by_name(settings: Settings, warehouse: DuckDbWarehouse) -> None:
    with pytest.raises(WarehouseHeldError, match=r"in use by process \d+"):
        DuckDbWarehouse(settings, clock=warehouse._clock)
