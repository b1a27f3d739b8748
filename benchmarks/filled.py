"""Events stored as the consumer stores them, and a warehouse that holds many orders that way.

Its orders are those of `seed`, in the order of their sale, with 100,000 customers and 10,000
products. Ten million take two minutes and 600 MB, so a folder can be named that keeps them from one
run to the next.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from benchmarks.stage import TOPIC, data_folder, warehouse
from core.broker.identity import TopicIdentity
from core.config import Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch

BATCH = 20_000
MERGE_EVERY = 5
"""Batches; behind a backlog the pipeline merges about as many at once."""
CUSTOMERS, PRODUCTS = 100_000, 10_000
PARTITIONS = 4
A_DAY = 27_000
"""Orders."""
IDENTITY = TopicIdentity("benchmark", TOPIC, "0")


class Writer:
    """Stores events spread over four partitions. at: how many are stored."""

    def __init__(self, store: DuckDbWarehouse) -> None:
        from core.consumer.decoders.json_events import json_decoder
        from core.pipeline import builtin

        self._store = store
        self._decoder = json_decoder(builtin())
        self._decoder.warm_up()
        starts = store.register_partitions(IDENTITY, dict.fromkeys(range(PARTITIONS), 0))
        self.at = sum(starts.values())
        store.merge()  # from now on the typed columns of batches are kept for it

    def write(self, events: list[bytes]) -> None:
        """Decode and store events in one transaction; their number divides by the partitions'."""
        from core.checksums import payload_checksums

        decoded = self._decoder.decode(events)
        first, last = self.at // PARTITIONS, (self.at + len(events)) // PARTITIONS
        self._store.write_batch(
            RawBatch(
                IDENTITY,
                datetime.now(UTC),
                [part for _offset in range(first, last) for part in range(PARTITIONS)],
                [offset for offset in range(first, last) for _part in range(PARTITIONS)],
                events,
                [],
                [OffsetAdvance(part, first, last) for part in range(PARTITIONS)],
                checksums=[one for one in payload_checksums(events) if one is not None],
                event_types=decoded.event_types,
                columns=decoded.columns,
            )
        )
        self.at += len(events)


@contextmanager
def filled(size: int, keep: Path | None = None) -> Iterator[DuckDbWarehouse]:
    """Yield a warehouse with so many orders, gone afterwards.

    keep: where its file stays for the next run, which works on a copy.
    """
    kept = None if keep is None else keep / f"{size}.duckdb"
    with data_folder() as settings:
        if kept is None or not kept.exists():
            with warehouse(settings) as store:
                _fill(store, settings, size)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                draft = shutil.copyfile(settings.paths.warehouse_file, kept.with_suffix(".part"))
                draft.replace(kept)
        else:
            settings.paths.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, settings.paths.warehouse_file)
        with warehouse(settings) as store:
            yield store


@dataclass
class Load:
    """What is written beside what is measured. longest_s: its longest transaction of a batch."""

    events: int = 0
    longest_s: float = 0.0


@contextmanager
def writing(store: DuckDbWarehouse, rate: int) -> Iterator[Load]:
    """Store and merge new orders inside, in threads of their own, as the pipeline does.

    rate: events a second, ten batches in each; 0: as fast as they are stored, 20,000 in each.
    """
    from core.merge.worker import MergeWorker

    stop, load, writer = Event(), Load(), Writer(store)
    merging = MergeWorker(store, interval_s=0.5)
    size, before = rate // 10 or BATCH, writer.at
    writer.write(_new_events(before, size, before))  # the first one gives up a thread of DuckDB

    def write() -> None:
        began = time.monotonic()
        while not stop.is_set():
            events = _new_events(writer.at, size, before)
            at = time.monotonic()
            writer.write(events)
            load.longest_s = max(load.longest_s, time.monotonic() - at)
            load.events += size
            if rate:
                stop.wait(began + load.events / rate - time.monotonic())

    thread = Thread(target=write)
    merging.start()
    thread.start()
    try:
        yield load
    finally:
        stop.set()
        thread.join()
        merging.stop()
        merging.join()
    if merging.error:
        raise SystemExit(merging.error)


def _new_events(first: int, count: int, before: int) -> list[bytes]:
    """Return orders sold after all others, about as many a day as `seed` has of ten million.

    first: the number of the first. before: how many there were at the start.
    """
    day = (date(2025, 1, 1) + timedelta(days=(first - before) // A_DAY)).isoformat().encode()
    return [
        b'{"event_type":"order_created","order":{"id":"ORDER_%09d","product_id":"PROD_%06d",'
        b'"customer_id":"CUST_%06d","quantity":%d,"unit_price":%d.50,"sold_at":"%bT%02d:%02d:00Z"},'
        b'"timestamp":"2026-01-05T10:00:00.000Z"}'
        % (
            *(number + 1, number * 7 % PRODUCTS + 1, number * 31 % CUSTOMERS + 1, number % 5 + 1),
            *(number % 190 + 10, day, number % A_DAY * 24 // A_DAY, number % 60),
        )
        for number in range(first, first + count)
    ]


def _fill(store: DuckDbWarehouse, settings: Settings, size: int) -> None:
    from core.pipeline.reference_csv import read_reference
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    folder = settings.paths.data / "seed"
    generate(SeedSpec(CUSTOMERS, PRODUCTS, size), folder)
    for table in settings.pipeline.definition.references:
        store.load_table(table, read_reference(settings.pipeline, table, folder))
    writer = Writer(store)
    for number, events in enumerate(_seeded(folder), 1):
        writer.write(events)
        if number % MERGE_EVERY == 0 or writer.at == size:
            store.merge()


def _seeded(folder: Path) -> Iterator[list[bytes]]:
    """Yield the events of a seed file in batches."""
    from core.producer.orders.csv_file import OrdersCsv
    from core.producer.orders.encode import encode

    waiting: list[bytes] = []
    for block in OrdersCsv(folder).blocks():
        waiting += encode(block.rows, "2026-01-05T10:00:00.000Z")[1]
        while len(waiting) >= BATCH:
            yield waiting[:BATCH]
            del waiting[:BATCH]
    if waiting:
        yield waiting
