"""One DuckDB file and several processes: whatever ends or stops, each record is stored once."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from core.clock import SystemClock
from core.errors import WarehouseHeldError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.shared.client import LostError
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.sharing import (
    POISON,
    TOPIC,
    Member,
    batch,
    check_content,
    holder_of,
    members,
    settings_in,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

MANY = 6_000


def test_three_writers_share_one_file(tmp_path):
    with members() as started:
        started += [Member(tmp_path, "write", part, MANY, 300, 5) for part in range(3)]
        for one in started:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(3), MANY))


def test_the_fence_holds_between_processes(tmp_path):
    with members() as started:
        started += [Member(tmp_path, "write", 0, MANY, 100 + part, 0) for part in range(3)]
        said = [one.end() for one in started]
    assert sum(int(text.split("fenced ")[1].split()[0]) for text in said) > 0
    check_content(tmp_path, {0: MANY})


def test_a_holder_that_is_killed_is_followed_by_another(tmp_path):
    with members() as started:
        started.append(Member(tmp_path, "hold"))
        killed = [holder_of(tmp_path)]
        writers = [Member(tmp_path, "write", part, MANY, 200, 7) for part in range(3)]
        started.extend(writers)
        for _again in range(2):
            victim = next(one for one in started if one.pid == killed[-1])
            victim.kill()
            if victim in writers:
                part = writers.index(victim)
                writers[part] = Member(tmp_path, "write", part, MANY, 200, 7)
                started.append(writers[part])
            killed.append(holder_of(tmp_path, other_than=killed[-1]))
        for one in writers:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(3), MANY))


def test_a_holder_that_ends_cleanly_hands_over(tmp_path):
    with members() as started:
        first = Member(tmp_path, "hold")
        started.append(first)
        holder_of(tmp_path)
        writers = [Member(tmp_path, "write", part, MANY, 200, 7) for part in range(2)]
        started.extend(writers)
        assert holder_of(tmp_path) == first.pid
        first.signal(signal.SIGTERM)
        assert "ended" in first.end(30)
        for one in writers:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(2), MANY))


@contextmanager
def held_by_another(folder: Path) -> Iterator[tuple[Member, SharedWarehouse]]:
    """Yield a process that holds the file, and a warehouse of this one that asks it."""
    with members() as started:
        started.append(Member(folder, "hold"))
        holder_of(folder)
        ours = SharedWarehouse(settings_in(folder), clock=SystemClock())
        ours.register_partitions(TOPIC, {0: 0})
        yield started[0], ours
        ours.close()


def test_what_was_never_sent_to_a_holder_that_ended_is_asked_of_the_next(tmp_path, monkeypatch):
    """The holder ends between the question whether it lives and the call itself."""
    with held_by_another(tmp_path) as (first, ours):
        asked = ours._seat._ask

        def ask_and_end(*arguments):
            hello = asked(*arguments)
            first.signal(signal.SIGTERM)
            first.end(30)
            return hello

        monkeypatch.setattr(ours._seat, "_ask", ask_and_end)
        ours.write_batch(batch(0, 0, 100))
        assert ours.holder == os.getpid()
    check_content(tmp_path, {0: 100})


def test_a_merge_whose_holder_is_killed_is_done_by_the_next(tmp_path):
    with held_by_another(tmp_path) as (first, ours):
        ours.write_batch(batch(0, 0, 100))
        first.signal(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            merged = pool.submit(ours.merge)
            wait_until(lambda: ours._seat._calls, what="the merge was not asked for")
            first.kill()
            assert merged.result(60).inserted == 100 - len(range(0, 100, POISON))
    check_content(tmp_path, {0: 100})


@pytest.mark.parametrize("victims", [(0,), (0, 1)])
def test_two_that_read_again_are_killed_and_what_was_missing_is_there_once(tmp_path, victims):
    """Whoever dies, holder of the file or not: another one fills the rest, beside a writer."""
    holder = DuckDbWarehouse(settings_in(tmp_path), clock=SystemClock())
    holder.register_partitions(TOPIC, {0: 0, 1: 0})
    for start in range(0, MANY, 500):
        holder.write_batch(batch(0, start, start + 500))
    with holder._db.transaction() as cursor:
        for table in ("orders_events", "dead_letters"):
            cursor.execute(f"DELETE FROM {holder._schema}.{table} WHERE kafka_offset % 3 = 0")
    holder.close()
    with members() as started:
        started += [Member(tmp_path, "fill", 0, MANY, 400) for _member in range(2)]
        holder_of(tmp_path)
        writer = Member(tmp_path, "write", 1, 1_000, 100, 3)
        started.append(writer)
        for victim in victims:
            started[victim].kill()
        last = Member(tmp_path, "fill", 0, MANY, 400)
        started.append(last)
        assert last.process.stdout is not None
        wait_until(lambda: last.process.stdout.readline().startswith(b"filled"), seconds=90)
        writer.end()
        last.signal(signal.SIGTERM)
        last.end()
    check_content(tmp_path, {0: MANY, 1: 1_000})


def test_a_holder_that_is_stopped_for_a_while_keeps_others_waiting(tmp_path):
    with members() as started:
        first = Member(tmp_path, "hold")
        started.append(first)
        holder_of(tmp_path)
        writer = Member(tmp_path, "write", 0, MANY, 200, 7)
        started.append(writer)
        first.signal(signal.SIGSTOP)
        with pytest.raises(Exception, match="timed out"):
            writer.process.wait(12)
        first.signal(signal.SIGCONT)
        writer.end()
    check_content(tmp_path, {0: MANY})


def test_a_new_process_beside_a_stopped_holder_says_so_in_time(tmp_path):
    with members() as started:
        first = Member(tmp_path, "hold")
        started.append(first)
        holder_of(tmp_path)
        first.signal(signal.SIGSTOP)
        settings = replace(settings_in(tmp_path), timeout_s=2)
        with pytest.raises(LostError, match="does not answer") as told:
            SharedWarehouse(settings, clock=SystemClock())
        assert told.value.transient
        assert told.value.exit_code == 3


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for the name of a socket."""
    with TemporaryDirectory(prefix="ds") as folder:
        yield Path(folder)


def test_what_a_dead_holder_left_is_cleared_away(short_path):
    with members() as started:
        first = Member(short_path, "hold")
        started.append(first)
        holder_of(short_path)
        first.kill()
        folder = short_path / "data" / "shared"
        left = set(folder.iterdir())
        assert {one.suffix for one in left} == {".socket", ".token"}
        second = Member(short_path, "hold")
        started.append(second)
        holder_of(short_path, other_than=first.pid)
        assert not left & set(folder.iterdir())
        second.signal(signal.SIGTERM)
        second.end()
        assert not list(folder.iterdir())


def test_a_socket_that_is_removed_is_told_and_nothing_is_lost(short_path):
    """Whoever is connected stays so; a new process says why it cannot share."""
    with members() as started:
        first = Member(short_path, "hold")
        started.append(first)
        holder_of(short_path)
        inside = SharedWarehouse(settings_in(short_path), clock=SystemClock())
        inside.register_partitions(TOPIC, {0: 0})
        for left in (short_path / "data" / "shared").iterdir():
            left.unlink()
        inside.write_batch(batch(0, 0, 100))
        with pytest.raises(LostError, match="No such file"):
            SharedWarehouse(replace(settings_in(short_path), timeout_s=1), clock=SystemClock())
        first.kill()
        inside.write_batch(batch(0, 100, 200))
        inside.close()
    check_content(short_path, {0: 200})


def test_a_caller_that_dies_in_the_middle_of_a_batch_stores_nothing(tmp_path):
    holder = SharedWarehouse(settings_in(tmp_path), clock=SystemClock())
    holder.register_partitions(TOPIC, {0: 0})
    with members() as started:
        half = Member(tmp_path, "half", 0, 100)
        started.append(half)
        assert half.process.stdout is not None
        wait_until(lambda: half.process.stdout.readline().startswith(b"half"))
        half.kill()
    assert holder.stored_offsets(TOPIC) == {0: 0}
    holder.write_batch(batch(0, 0, 100))
    holder.close()
    check_content(tmp_path, {0: 100})


def test_a_reader_that_takes_nothing_stops_nobody(tmp_path):
    """A stopped reader of many rows: writers go on, and the holder ends all the same."""
    holder = SharedWarehouse(settings_in(tmp_path), clock=SystemClock())
    holder.register_partitions(TOPIC, {0: 0})
    holder.write_batch(batch(0, 0, 60_000))
    with members() as started:
        reader = Member(tmp_path, "read")
        started.append(reader)
        wait_until(lambda: psutil.Process(reader.pid).status() == psutil.STATUS_STOPPED, seconds=60)
        for start in range(60_000, 61_000, 100):
            holder.write_batch(batch(0, start, start + 100))
            holder.merge()
        began = time.monotonic()
        holder.close()
        assert time.monotonic() - began < 20
    check_content(tmp_path, {0: 61_000})


def test_a_holder_with_a_stopped_reader_ends_all_the_same(tmp_path):
    with members() as started:
        holder = Member(tmp_path, "hold")
        started.append(holder)
        holder_of(tmp_path)
        writer = SharedWarehouse(settings_in(tmp_path), clock=SystemClock())
        writer.register_partitions(TOPIC, {0: 0})
        writer.write_batch(batch(0, 0, 60_000))
        reader = Member(tmp_path, "read")
        started.append(reader)
        wait_until(lambda: psutil.Process(reader.pid).status() == psutil.STATUS_STOPPED, seconds=60)
        holder.signal(signal.SIGTERM)
        assert "ended" in holder.end(30)
        writer.write_batch(batch(0, 60_000, 60_100))
        writer.close()
    check_content(tmp_path, {0: 60_100})


def test_a_process_of_another_version_is_refused_with_the_reason(tmp_path):
    with members() as started:
        started.append(Member(tmp_path, "hold", env={"SHARING_VERSION": "9.9.9"}))
        holder_of(tmp_path)
        with pytest.raises(WarehouseHeldError, match=r"in use by process \d+ .*dropship 9\.9\.9"):
            SharedWarehouse(settings_in(tmp_path), clock=SystemClock())


def test_a_process_that_means_another_schema_is_refused_with_the_reason(tmp_path):
    holder = SharedWarehouse(settings_in(tmp_path), clock=SystemClock())
    with pytest.raises(WarehouseHeldError, match="pipeline orders in the schema mon_schema"):
        SharedWarehouse(settings_in(tmp_path, schema="other"), clock=SystemClock())
    holder.close()
