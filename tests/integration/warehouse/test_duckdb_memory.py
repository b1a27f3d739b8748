"""One memory limit for all work; what does not fit waits for the others, or says what to set."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Thread

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.errors import StorageError, WarehouseError
from core.warehouse.duckdb import admission
from core.warehouse.duckdb.admission import Admission
from core.warehouse.duckdb.errors import OutOfMemoryError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.warehouse.test_duckdb_merge import orders, store
from tests.support.events import event
from tests.support.waiting import wait_until

_MANY_AT_ONCE = "SELECT len(list(i)) FROM range(12_000_000) AS numbers(i)"  # a list cannot spill


@pytest.fixture
def small(settings: Settings) -> Iterator[DuckDbWarehouse]:
    """An empty warehouse with the least memory that may be set."""
    opened = DuckDbWarehouse(replace(settings, duckdb_memory_limit_mb=64), clock=SystemClock())
    yield opened
    opened.close()


def limit(warehouse: DuckDbWarehouse) -> object:
    """Return what DuckDB may use now."""
    return warehouse._db.rows("SELECT current_setting('memory_limit')")


def test_the_limit_is_set_on_opening(warehouse: DuckDbWarehouse) -> None:
    assert limit(warehouse) == [("366.2 MiB",)]


def test_what_can_never_fit_is_refused_and_changes_no_limit(small: DuckDbWarehouse) -> None:
    before = limit(small)
    with pytest.raises(OutOfMemoryError, match="Out of Memory") as caught:
        small._db.rows(_MANY_AT_ONCE)
    assert "DUCKDB_MEMORY_LIMIT_MB" in caught.value.hint
    assert limit(small) == before == [("61.0 MiB",)]


@pytest.mark.slow
def test_many_more_events_than_memory_holds_are_stored_and_merged(small: DuckDbWarehouse) -> None:
    for start in range(1, 120_001, 20_000):
        store(small, *(event(number) for number in range(start, start + 20_000)))
        small.merge()
    assert len(orders(small)) == 120_000


class Reader(Thread):
    """A read that lasts until it is let go."""

    def __init__(self, gate: Admission) -> None:
        super().__init__(daemon=True)
        self.began, self.go = Event(), Event()
        self._gate = gate
        self.start()

    def run(self) -> None:
        with self._gate.reading():
            self.began.set()
            self.go.wait(60)


def test_work_that_ran_out_of_memory_is_done_again_when_the_reads_have_ended(
    small: DuckDbWarehouse,
) -> None:
    gate = small._db._admission
    reader = Reader(gate)
    assert reader.began.wait(60)
    seen: list[bool] = []

    def work() -> str:
        seen.append(reader.is_alive())
        if len(seen) == 1:
            raise OutOfMemoryError("full")
        return "done"

    found: list[str] = []
    writer = Thread(target=lambda: found.append(small._db.retry_alone(work)), daemon=True)
    writer.start()
    wait_until(lambda: gate._owner is not None, what="nobody asks to be alone")
    late = Reader(gate)
    assert not late.began.is_set()
    reader.go.set()
    writer.join(60)
    assert (found, seen) == (["done"], [True, False])
    assert late.began.wait(60)  # it was kept out until then
    late.go.set()


def test_only_so_many_reads_are_under_way_at_once() -> None:
    gate = Admission()
    readers = [Reader(gate) for _ in range(admission.READS_AT_ONCE)]
    assert all(reader.began.wait(60) for reader in readers)
    late = Reader(gate)
    with gate.writing():  # a batch does not wait for any of them
        assert not late.began.is_set()
    readers[0].go.set()
    assert late.began.wait(60)
    for reader in (*readers, late):
        reader.go.set()


def give_up(warehouse: DuckDbWarehouse) -> None:
    """Make DuckDB meet an error after which it refuses everything: a torn checkpoint."""
    warehouse._db.rows("SET debug_checkpoint_abort = 'before_header'")
    with pytest.raises(WarehouseError, match="Checkpoint aborted"):
        warehouse._db._read_once(lambda cursor: cursor.execute("FORCE CHECKPOINT").fetchall())


def test_the_file_is_opened_again_where_duckdb_gave_up(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, event(1), event(2))
    give_up(warehouse)
    store(warehouse, event(3))
    warehouse.merge()
    assert [row[0] for row in orders(warehouse)] == [f"ORDER_{n:06d}" for n in (1, 2, 3)]
    assert warehouse.rows("last_seq") == [(3,)]


def test_a_reader_gets_in_though_others_come_again_and_again() -> None:
    gate, stop = Admission(), Event()

    def come() -> None:
        while not stop.is_set():
            with gate.reading():
                pass

    greedy = [Thread(target=come, daemon=True) for _ in range(admission.READS_AT_ONCE)]
    for thread in greedy:
        thread.start()
    for _ in range(200):
        with gate.reading():
            pass
    stop.set()
    for thread in greedy:
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.slow
def test_threads_that_read_meanwhile_go_on_in_the_new_file(warehouse: DuckDbWarehouse) -> None:
    store(warehouse, event(1))
    stop = Event()
    counts: list[int] = []
    problems: list[BaseException] = []

    def look() -> None:
        while not stop.is_set():
            try:
                counts.append(warehouse.rows("count_rows")[0][0])
            except BaseException as error:
                problems.append(error)
                raise

    threads = [Thread(target=look, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(2, 6):
        give_up(warehouse)
        before = len(counts)
        store(warehouse, event(number))
        wait_until(lambda seen=before: len(counts) > seen + 6 or problems, what="nobody reads")
    stop.set()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert warehouse.rows("last_seq") == [(5,)]


def test_a_file_that_makes_duckdb_give_up_again_and_again_is_damaged(
    warehouse: DuckDbWarehouse,
) -> None:
    for _ in range(4):
        give_up(warehouse)
    with pytest.raises(StorageError, match=r"damaged: .*Checkpoint aborted"):
        warehouse.rows("last_seq")
