"""The merge takes typed columns that came with a batch, where it has them all; else payloads."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.decoders.json_events import json_decoder
from core.errors import FencedError
from core.pipeline import builtin
from core.warehouse.duckdb import pending_columns
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import MergeResult, OffsetAdvance, RawBatch
from tests.integration.warehouse.test_duckdb_merge import TOPIC, orders
from tests.support.events import event
from tests.unit.consumer.odd_payloads import random_payload


def batch_of(warehouse: DuckDbWarehouse, payloads: Sequence[bytes]) -> RawBatch:
    """Return payloads, all of them valid, as the next batch, with the columns that they mean."""
    start = warehouse.register_partitions(TOPIC, {0: 0})[0]
    end = start + len(payloads)
    return RawBatch(
        TOPIC,
        datetime(2026, 1, 1, tzinfo=UTC),
        [0] * len(payloads),
        range(start, end),
        payloads,
        (),
        [OffsetAdvance(0, start, end)],
        event_types="order_created",
        columns=json_decoder(builtin()).decode(payloads).columns,
    )


def with_quantity(batch: RawBatch, quantity: int) -> RawBatch:
    """Return a batch whose columns tell something else than its payloads."""
    place = batch.columns.column_names.index("quantity")
    told = pa.array([quantity] * len(batch.payloads), pa.int64())
    return replace(batch, columns=batch.columns.set_column(place, "quantity", told))


def quantities(warehouse: DuckDbWarehouse) -> list[object]:
    return [quantity for _key, quantity, *_rest in orders(warehouse)]


@pytest.fixture
def merging(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    """A warehouse whose merges run in this process."""
    warehouse.merge()
    return warehouse


def test_columns_are_taken_instead_of_payloads(merging: DuckDbWarehouse) -> None:
    merging.write_batch(with_quantity(batch_of(merging, [event(1), event(2)]), 77))
    assert merging.merge().inserted == 2
    assert quantities(merging) == [77, 77]


@pytest.mark.parametrize("seed", range(2))
def test_columns_give_the_same_rows_as_payloads(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    found = []
    decoder = json_decoder(builtin())
    drawn = [
        random_payload(chance).replace(b"ORDER_000001", b"ORDER_%d" % (number % 300))
        for number in range(1_000)
    ]
    valid = [drawn[index] for index in decoder.decode(drawn).good]
    repeated = [*valid, *chance.sample(valid, 50)]
    sizes = [chance.randint(1, 200) for _ in range(15)]
    for typed in (True, False):
        paths = Paths(tmp_path / str(typed), tmp_path)
        warehouse = DuckDbWarehouse(Settings(paths=paths), clock=SystemClock())
        try:
            results, rest = [warehouse.merge()], repeated
            for number, size in enumerate(sizes):
                if rest[:size]:
                    batch = batch_of(warehouse, rest[:size])
                    warehouse.write_batch(batch if typed else replace(batch, columns=None))
                rest = rest[size:]
                if number % 3 == 0:
                    results.append(warehouse.merge())
            results.append(warehouse.merge())
            told = [replace(result, duration_s=0, delay_s=0) for result in results]
            rows = warehouse._db.rows("SELECT * FROM mon_schema.orders ORDER BY ALL")
            runs = warehouse._db.rows("SELECT from_seq, to_seq FROM mon_schema.transform_runs")
            found.append((told, rows, sorted(runs)))
        finally:
            warehouse.close()
    assert found[0] == found[1]
    assert len(found[0][1]) > 100


def test_where_some_columns_are_missing_the_payloads_are_read(merging: DuckDbWarehouse) -> None:
    merging.write_batch(with_quantity(batch_of(merging, [event(1, quantity=3)]), 77))
    merging.write_batch(replace(batch_of(merging, [event(2, quantity=4)]), columns=None))
    assert merging.merge().taken == 2
    assert quantities(merging) == [3, 4]
    merging.write_batch(with_quantity(batch_of(merging, [event(3, quantity=5)]), 78))
    assert merging.merge().taken == 1
    assert quantities(merging) == [3, 4, 78]


def test_columns_of_a_batch_that_was_refused_are_not_taken_for_the_next(
    merging: DuckDbWarehouse,
) -> None:
    late = batch_of(merging, [event(1, quantity=3)])
    merging.write_batch(with_quantity(late, 5))
    with pytest.raises(FencedError):
        merging.write_batch(with_quantity(late, 77))
    merging.write_batch(with_quantity(batch_of(merging, [event(2, quantity=4)]), 6))
    assert merging.merge() == replace(MergeResult(inserted=2), **_times(merging))
    assert quantities(merging) == [3, 4], "what is known is forgotten: the payloads are true"


def _times(warehouse: DuckDbWarehouse) -> dict[str, float]:
    ((duration_s, delay_s),) = warehouse._db.rows(
        "SELECT duration_s, delay_s FROM mon_schema.transform_runs ORDER BY to_seq DESC LIMIT 1"
    )
    return {"duration_s": duration_s, "delay_s": delay_s}


def test_events_that_were_taken_away_are_not_merged(merging: DuckDbWarehouse) -> None:
    merging.write_batch(batch_of(merging, [event(1), event(2), event(3)]))
    with merging._db.transaction() as cursor:
        cursor.execute("DELETE FROM mon_schema.orders_events WHERE kafka_offset = 1")
    assert merging.merge().inserted == 2


def test_what_waits_takes_bounded_memory(
    merging: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_columns, "MAX_EVENTS", 5)
    for number in range(1, 8, 2):
        batch = batch_of(merging, [event(number, quantity=2), event(number + 1, quantity=2)])
        merging.write_batch(with_quantity(batch, 77))
    assert merging._columns._rows <= 5
    assert merging.merge().taken == 8
    assert quantities(merging) == [2] * 8


def test_what_waits_takes_bounded_bytes(
    merging: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = batch_of(merging, [event(1, quantity=2)] * 100)
    monkeypatch.setattr(pending_columns, "MAX_BYTES", one.columns.nbytes)
    merging.write_batch(with_quantity(one, 77))
    assert merging._columns._bytes == merging._columns._rows == 0
    assert merging.merge().taken == 100
    assert quantities(merging) == [2]


def test_where_nobody_merges_nothing_is_kept(warehouse: DuckDbWarehouse) -> None:
    warehouse.write_batch(batch_of(warehouse, [event(1)]))
    assert warehouse._columns._rows == 0


def test_new_rows_are_inserted_as_they_would_be_merged(tmp_path: Path) -> None:
    def runs() -> list[list[bytes]]:
        return [
            [event(1, quantity=2), event(2), event(2, quantity=5, sold_at="2024-06-01T00:00:00Z")],
            [event(3), event(4)],
            [event(4, quantity=7, sold_at="2025-01-01T00:00:00Z"), event(5)],
            [event(1, quantity=9, sold_at="2020-01-01T00:00:00Z")],
        ]

    found = []
    for inserts in (True, False):
        paths = Paths(tmp_path / str(inserts), tmp_path / "reports")
        warehouse = DuckDbWarehouse(Settings(paths=paths), clock=SystemClock())
        warehouse._inserts, asked, of = inserts, [], warehouse._parsed.of
        warehouse._parsed.of = lambda cursor, name, asked=asked, of=of: (
            asked.append(name),
            of(cursor, name),
        )[1]
        told = []
        for run in runs():
            warehouse.write_batch(batch_of(warehouse, run))
            told.append(replace(warehouse.merge(), duration_s=0.0, delay_s=0.0))
        ways = [name for name in asked if name in {"merge_new", "merge_rows"}]
        figures = [
            warehouse._db.rows(f"SELECT * FROM mon_schema.{table} ORDER BY ALL")
            for table in ("sales_by_day", "sales_by_product")
        ]
        found.append((orders(warehouse), told, figures))
        assert ways == (["merge_new"] * 2 if inserts else ["merge_rows"] * 2) + ["merge_rows"] * 2
        warehouse.close()
    assert found[0] == found[1]
    assert [run.inserted for run in found[0][1]] == [2, 2, 1, 0]


def test_a_merge_that_is_behind_by_two_runs_still_has_their_columns(
    merging: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.warehouse.duckdb.merge.MAX_EVENTS", 2)
    assert pending_columns.MAX_EVENTS >= 3 * 200_000
    for number in range(1, 7, 2):
        merging.write_batch(with_quantity(batch_of(merging, [event(number), event(number + 1)]), 7))
    assert [merging.merge().taken for _run in range(3)] == [2, 2, 2]
    assert quantities(merging) == [7] * 6
