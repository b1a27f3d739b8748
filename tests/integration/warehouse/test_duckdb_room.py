"""DuckDB holds little in memory, and gets more for as long as some work needs it."""

import pytest

from core.warehouse.duckdb import connection
from core.warehouse.duckdb.errors import NoRoomError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.warehouse.test_duckdb_merge import orders, store
from tests.support.events import event

_MANY_AT_ONCE = "SELECT len(list(i)) FROM range(6_000_000) AS numbers(i)"  # a list cannot spill


def limit(warehouse: DuckDbWarehouse) -> object:
    """Return what DuckDB may use now."""
    return warehouse._db.rows("SELECT current_setting('memory_limit')")


def test_a_read_that_does_not_fit_gets_more_room_for_once(warehouse: DuckDbWarehouse) -> None:
    warehouse._db._room = 40
    with warehouse._db.more_room():
        assert limit(warehouse) == [("1.9 GiB",)]
    small = limit(warehouse)
    assert small == [("38.1 MiB",)]
    with pytest.raises(NoRoomError):
        warehouse._db._rows(_MANY_AT_ONCE, [])
    assert warehouse._db.rows(_MANY_AT_ONCE) == [(6_000_000,)]
    assert limit(warehouse) == small


def test_more_room_stays_until_the_last_one_who_needs_it_is_done(
    warehouse: DuckDbWarehouse,
) -> None:
    small = limit(warehouse)
    with warehouse._db.more_room():
        large = limit(warehouse)
        with warehouse._db.more_room():
            pass
        assert limit(warehouse) == large
    assert limit(warehouse) == small != large


def test_what_needs_more_than_all_of_it_is_refused(
    warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_MORE_ROOM_MB", 41)
    warehouse._db._room = 40
    with warehouse._db.more_room():
        pass
    with pytest.raises(NoRoomError, match="Out of Memory"):
        warehouse._db.rows(_MANY_AT_ONCE)


def test_a_merge_that_does_not_fit_is_rolled_back_and_done_again(
    warehouse: DuckDbWarehouse,
) -> None:
    store(warehouse, *(event(number) for number in range(1, 20_001)))
    warehouse._db._room = 4
    with warehouse._db.more_room():
        pass
    assert warehouse.merge().inserted == 20_000
    store(warehouse, event(20_001))
    assert len(orders(warehouse)) == 20_000
