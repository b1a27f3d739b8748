"""Closing the file while others are at work in it: they end, the file is closed, nothing hangs."""

from threading import Event, Thread

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.errors import DropshipError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.waiting import wait_until

_ENDLESS = "SELECT count(*) FROM range(1_000_000_000_000) AS numbers(i) WHERE i % 7 = 3"


def _opened(settings: Settings) -> DuckDbWarehouse:
    return DuckDbWarehouse(settings, clock=SystemClock())


def test_a_read_that_lasts_is_interrupted(settings: Settings) -> None:
    warehouse = _opened(settings)
    ended: list[BaseException] = []

    def read() -> None:
        try:
            warehouse._db.rows(_ENDLESS)
        except DropshipError as error:
            ended.append(error)

    readers = [Thread(target=read, daemon=True) for _number in range(5)]  # two wait for a place
    for reader in readers:
        reader.start()
    wait_until(lambda: warehouse._db._admission._reads == 3)
    warehouse.close()
    for reader in readers:
        reader.join(10)
        assert not reader.is_alive()
    assert len(ended) == 5
    _opened(settings).close()  # the hold was given up


def test_a_write_under_way_is_rolled_back(settings: Settings) -> None:
    warehouse = _opened(settings)
    begun, ended = Event(), []

    def write() -> None:
        try:
            with warehouse._db.transaction() as cursor:
                cursor.execute("CREATE TABLE half AS SELECT 1 AS i")
                begun.set()
                cursor.execute(_ENDLESS)
        except DropshipError as error:
            ended.append(error)

    writer = Thread(target=write, daemon=True)
    writer.start()
    assert begun.wait(10)
    warehouse.close()
    writer.join(10)
    assert len(ended) == 1
    again = _opened(settings)
    assert again._db.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'") == [
        (0,)
    ]
    again.close()


def test_threads_that_come_meanwhile_are_told_that_it_is_closed(settings: Settings) -> None:
    for _attempt in range(5):
        warehouse = _opened(settings)
        stop, told = Event(), []

        def read(warehouse: DuckDbWarehouse = warehouse, told: list[str] = told) -> None:
            try:
                warehouse._db.rows("SELECT 1")
            except DropshipError as error:
                told.append(error.message)

        def come(stop: Event = stop, told: list[str] = told) -> None:
            while not stop.is_set() and not told:
                one = Thread(
                    target=read
                )  # a thread makes a connection of its own at its first read
                one.start()
                one.join()

        comers = [Thread(target=come) for _number in range(3)]
        for comer in comers:
            comer.start()
        warehouse.close()
        wait_until(lambda told=told: told)
        stop.set()
        for comer in comers:
            comer.join(10)
        assert all("is closed" in message for message in told)
        with pytest.raises(DropshipError, match="is closed"):
            warehouse._db.rows("SELECT 1")
        warehouse.close()
