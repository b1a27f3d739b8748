"""Processes that share one DuckDB file: writers of known events, and what must be there in the end.

A writer claims partitions and stores them behind the fence like a consumer: after every failure it
reads on from the stored offsets. Run as a program it is one of several processes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import msgspec

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.process_lock import read_owner
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from core.warehouse.shared import messages, server, values
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.events import event
from tests.support.oracle import oracle_rows
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
TOPIC = TopicIdentity("cluster", "orders_topic", "0")
POISON = 17
"""One record in so many is none that can be used."""


def say(*words: object) -> None:
    """Tell the process that started this one."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Return the settings of a data directory."""
    return Settings(
        paths=Paths(data=folder / "data", reports=folder / "reports"), timeout_s=30, **changes
    )


def payload(partition: int, offset: int) -> bytes:
    """Return what a record holds: never the same twice."""
    return event(partition * 1_000_000 + offset, customer_id=f"CUST_{offset % 7:06d}")


def batch(partition: int, start: int, end: int) -> RawBatch:
    """Return the records [start, end) of a partition."""
    good = [offset for offset in range(start, end) if offset % POISON]
    letters = [
        DeadLetter(partition, offset, "invalid_json", "why", b"k\xff", b"\x00\xff{", (("h", None),))
        for offset in range(start, end)
        if not offset % POISON
    ]
    return RawBatch(
        TOPIC,
        datetime.now(UTC),
        [partition] * len(good),
        good,
        [payload(partition, offset) for offset in good],
        letters,
        [OffsetAdvance(partition, start, end)],
        event_types="order_created",
    )


def write_all(warehouse: Warehouse, partition: int, total: int, size: int, merge_every: int) -> int:
    """Store a partition up to `total`; return how often another one was faster."""
    store = BatchWriter(
        warehouse,
        SystemClock(),
        Event(),
        waiting=lambda why: say("waits", why) if why else None,
        alive=lambda: None,
        give_up_after_s=60,
    )
    fenced = batches = 0
    at = warehouse.register_partitions(TOPIC, {partition: 0})[partition]
    while at < total:
        end = min(at + size, total)
        outcome = store.write(batch(partition, at, end))
        if outcome is WriteOutcome.FENCED:
            fenced += 1
            at = warehouse.stored_offsets(TOPIC)[partition]
            continue
        at = end
        batches += 1
        if merge_every and not batches % merge_every:
            warehouse.merge()
    return fenced


def fill_all(warehouse: Warehouse, partition: int, total: int, size: int, ending: Event) -> None:
    """Read a partition again until the end of this process is wanted."""
    missing = 0
    while not ending.is_set():
        for start in range(0, total, size):
            filled = warehouse.fill_batch(batch(partition, start, min(start + size, total)))
            missing += filled.events + filled.letters
        say("filled", missing)


def check_content(folder: Path, totals: dict[int, int]) -> None:
    """Fail unless every record of every partition appears once, byte for byte.

    Also the merge: all that came is an order or a letter, once.
    """
    warehouse = DuckDbWarehouse(settings_in(folder), clock=SystemClock())
    try:
        assert warehouse.stored_offsets(TOPIC) == totals
        events = {}
        for row in oracle_rows(warehouse, "all_events"):
            place = (int(row[5]), int(row[6]))
            assert place not in events
            events[place] = row[2].encode() if isinstance(row[2], str) else bytes(row[2])
        assert events == {
            (partition, offset): payload(partition, offset)
            for partition, total in totals.items()
            for offset in range(total)
            if offset % POISON
        }
        letters = sorted((one.partition, one.offset) for one in warehouse.dead_letters())
        assert letters == [
            (partition, offset)
            for partition, total in sorted(totals.items())
            for offset in range(0, total, POISON)
        ]
        assert {one.payload for one in warehouse.dead_letters()} <= {b"\x00\xff{"}
        merged = warehouse.merge()
        assert merged.updated == merged.stale == merged.quarantined == 0
        assert len(oracle_rows(warehouse, "orders")) == len(events)
    finally:
        warehouse.close()


class Member:
    """A process that runs a line of this module's commands."""

    def __init__(
        self, folder: Path, *command: object, env: Mapping[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.sharing", str(folder), *map(str, command)],
            cwd=ROOT,
            env=os.environ | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.pid = self.process.pid

    def end(self, seconds: float = 90) -> str:
        """Return what it said; fail unless it ended well."""
        out, _nothing = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, out.decode()
        return out.decode()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def members() -> Iterator[list[Member]]:
    """Yield a list for members, all of which are gone afterwards."""
    started: list[Member] = []
    try:
        yield started
    finally:
        for one in started:
            one.kill()


def holder_of(folder: Path, *, other_than: int = 0) -> int:
    """Wait until somebody holds the warehouse and shares it; return the process."""
    lock = settings_in(folder).paths.warehouse_lock

    def found() -> bool:
        holder = read_owner(lock)
        alive = holder.pid not in {0, other_than} and Path(f"/proc/{holder.pid}").exists()
        return alive and bool(holder.socket) and Path(holder.socket).exists()

    wait_until(found, seconds=60, what="nobody holds the warehouse")
    return read_owner(lock).pid


def send_half(warehouse: SharedWarehouse, partition: int, total: int) -> None:
    """Begin a batch, and neither go on nor end."""
    client: Any = warehouse._seat
    whole = batch(partition, 0, total)
    events = messages.batch_events(whole)
    head = msgspec.Raw(messages.encode((messages.batch_head(whole),)))
    request = messages.encode(messages.Request("write_batch", head, events.num_rows))
    with client._exchange(request) as (writer, _reader):
        writer.begin(events.schema)
        writer.write_batch(events.slice(0, total // 2))
        say("half")
        Event().wait()


def read_and_stop(warehouse: SharedWarehouse) -> None:
    """Ask for many rows, take the first of them, and stop as by ctrl+z."""
    client: Any = warehouse._seat
    asked = msgspec.Raw(messages.encode(("content_events", values.to_text([0, 10**9]))))
    with client._exchange(messages.encode(messages.Request("rows", asked))) as (writer, reader):
        writer.done_writing()
        say("rows", reader.read_chunk().data.num_rows)
        os.kill(os.getpid(), signal.SIGSTOP)


def main(arguments: Sequence[str]) -> None:
    """Run one command: `hold`, `write PARTITION TOTAL SIZE MERGE_EVERY`, `fill`, `half` or `read`.

    fill PARTITION TOTAL SIZE: read a partition again, over and over, and say what was missing.
    """
    folder, command, *rest = arguments
    ending = Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    version = os.environ.get("SHARING_VERSION", server.__version__)
    server.__version__ = version
    warehouse = SharedWarehouse(settings_in(Path(folder)), clock=SystemClock())
    try:
        if command == "half":
            send_half(warehouse, *map(int, rest))
        elif command == "read":
            read_and_stop(warehouse)
        elif command == "fill":
            fill_all(warehouse, *map(int, rest), ending)
        elif command == "hold":
            say("holding", os.getpid())
            ending.wait()
        else:
            say("fenced", write_all(warehouse, *map(int, rest)))
    finally:
        warehouse.close()
    say("ended")


if __name__ == "__main__":
    main(sys.argv[1:])
