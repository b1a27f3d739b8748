"""A long log goes into the file although batches and merges overlap without end."""

import pytest

from core.warehouse.duckdb import connection
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.warehouse.test_duckdb_merge import orders, store
from tests.support.events import event


def test_a_merge_takes_a_long_log_into_the_file(
    warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_CHECKPOINT_BYTES", 100_000)
    file = warehouse._db.file
    log = file.with_name(file.name + ".wal")
    grown = 0
    for start in range(0, 3_000, 300):
        store(warehouse, *(event(number) for number in range(start, start + 300)))
        grown = max(grown, log.stat().st_size)
        warehouse.merge()
        assert not log.exists() or log.stat().st_size <= 100_000
    assert grown > 100_000
    assert len(orders(warehouse)) == 3_000


def test_payloads_and_their_ids_lie_in_the_file_in_zstandard(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, *(event(number) for number in range(3_000)))
    warehouse._db.cursor().execute("CHECKPOINT").fetchall()
    found = warehouse._db.rows(
        "SELECT DISTINCT compression FROM pragma_storage_info('mon_schema.orders_events') "
        "WHERE column_name IN ('payload', 'event_id') AND segment_type <> 'VALIDITY'"
    )
    assert found == [("ZSTD",)]
