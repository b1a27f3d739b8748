"""What the socket costs: batches, a query and an action, asked of another process and done here.

The same file layout, events and calls both ways, in turns, each with a new file. The aim is that
batches of 20,000 events reach at least 85 % of the rate that one process has alone.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from benchmarks.decode import payloads
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder
from core.broker.identity import TopicIdentity
from core.config import Paths, Settings
from core.warehouse.base import Warehouse
from core.warehouse.model import OffsetAdvance, RawBatch

IDENTITY = TopicIdentity("benchmark", TOPIC, "0")
SIZE = 20_000
BATCHES = 15
ASKED = 100
ROUNDS = 3


def batches(events: list[bytes]) -> Iterator[RawBatch]:
    """Yield batches of the same events at rising offsets."""
    for number in range(BATCHES):
        start = number * SIZE
        yield RawBatch(
            IDENTITY,
            datetime.now(UTC),
            [0] * SIZE,
            range(start, start + SIZE),
            events,
            [],
            [OffsetAdvance(0, start, start + SIZE)],
            event_types="order_created",
        )


def opened(settings: Settings) -> Warehouse:
    """Return the warehouse: open here, or reached at its holder."""
    from core.clock import SystemClock
    from core.warehouse.shared.warehouse import SharedWarehouse

    return SharedWarehouse(settings, clock=SystemClock())


@contextmanager
def held_elsewhere(settings: Settings) -> Iterator[None]:
    """Have another process hold the warehouse."""
    command = [sys.executable, "-m", "benchmarks.shared", str(settings.paths.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        if holder.stdout is not None:
            holder.stdout.readline()
        yield
        holder.communicate()


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a call takes, the median of many."""
    taken = []
    for _again in range(ASKED):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
    return statistics.median(taken)


def measure(warehouse: Warehouse, events: list[bytes]) -> tuple[float, float, float]:
    """Return events per second, milliseconds of a query, milliseconds of an action."""
    warehouse.register_partitions(IDENTITY, {0: 0})
    ready = list(batches(events))
    began = time.perf_counter()
    for batch in ready:
        warehouse.write_batch(batch)
    rate = SIZE * BATCHES / (time.perf_counter() - began)
    query = milliseconds(lambda: warehouse.rows("inspect_runs", [200]))
    return rate, query, milliseconds(lambda: warehouse.stored_offsets(IDENTITY))


def hold(folder: str) -> None:
    """Hold the warehouse until the input ends."""
    from pathlib import Path

    with closing(opened(Settings(paths=Paths(Path(folder), Path(folder) / "reports")))):
        print("held", flush=True)
        sys.stdin.read()


def main() -> None:
    """Tell each figure through the socket beside that of one process."""
    events = payloads(SIZE)
    inside: list[tuple[float, float, float]] = []
    socket: list[tuple[float, float, float]] = []
    for _round in range(ROUNDS):
        with data_folder() as settings, closing(opened(settings)) as warehouse:
            inside.append(measure(warehouse, events))
        with (
            data_folder() as settings,
            held_elsewhere(settings),
            closing(opened(settings)) as warehouse,
        ):
            socket.append(measure(warehouse, events))
    here, there = (
        [statistics.median(figures) for figures in zip(*found, strict=True)]
        for found in (inside, socket)
    )
    tell(Measured("batches through the socket", there[0], "events/s", here[0], at_least=0.85))
    tell(Measured("a query through the socket", there[1], "ms", here[1]))
    tell(Measured("an action through the socket", there[2], "ms", here[2]))


if __name__ == "__main__":
    if sys.argv[1:]:
        hold(sys.argv[1])
    else:
        main()
