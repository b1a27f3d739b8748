"""What the socket costs: batches, a query and an action, asked of another process and done here.

The same file layout, events and calls both ways, in turns, each with a new file. The aim is that
batches of 20,000 events reach at least 85 % of the rate that one process has alone. A machine that
is shared is not equally busy in any two moments, so each turn makes a pair, and the share is the
median over the pairs; processor time, of caller and holder together, tells it without the waiting.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

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
ROUNDS = 7


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


@dataclass(frozen=True)
class Turn:
    """What one turn took: wall and processor time of the batches (s), a query, an action (ms)."""

    wall_s: float
    cpu_s: float
    query_ms: float
    action_ms: float


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


def cpu_s() -> float:
    """Return the processor time of this process and of those that it has started, in seconds."""
    me = psutil.Process()
    times = [one.cpu_times() for one in (me, *me.children())]
    return sum(one.user + one.system for one in times)


def measure(warehouse: Warehouse, events: list[bytes]) -> Turn:
    """Store all batches, then ask for something many times."""
    warehouse.register_partitions(IDENTITY, {0: 0})
    ready = list(batches(events))
    before, began = cpu_s(), time.perf_counter()
    for batch in ready:
        warehouse.write_batch(batch)
    wall, cpu = time.perf_counter() - began, cpu_s() - before
    query = milliseconds(lambda: warehouse.rows("inspect_runs", [200]))
    return Turn(wall, cpu, query, milliseconds(lambda: warehouse.stored_offsets(IDENTITY)))


def hold(folder: str) -> None:
    """Hold the warehouse until the input ends."""
    from pathlib import Path

    with closing(opened(Settings(paths=Paths(Path(folder), Path(folder) / "reports")))):
        print("held", flush=True)
        sys.stdin.read()


def main() -> None:
    """Tell each figure through the socket beside that of one process."""
    events = payloads(SIZE)
    inside: list[Turn] = []
    socket: list[Turn] = []
    for number in range(ROUNDS + 1):
        with data_folder() as settings, closing(opened(settings)) as warehouse:
            here = measure(warehouse, events)
        with (
            data_folder() as settings,
            held_elsewhere(settings),
            closing(opened(settings)) as warehouse,
        ):
            there = measure(warehouse, events)
        if number:  # the first pair loads what the others find loaded
            inside.append(here)
            socket.append(there)
    _tell(inside, socket)


def _tell(inside: list[Turn], socket: list[Turn]) -> None:
    """Tell the medians, and the shares within the pairs."""
    stored = SIZE * BATCHES
    rates = [stored / turn.wall_s for turn in socket]
    alone = [stored / turn.wall_s for turn in inside]
    shares = sorted(there / here for there, here in zip(rates, alone, strict=True))
    print(f"share of the rate in {ROUNDS} pairs: {', '.join(f'{one:.0%}' for one in shares)}")
    middle = statistics.median
    rate = middle(rates)
    tell(
        Measured(
            "batches through the socket", rate, "events/s", rate / middle(shares), at_least=0.85
        )
    )
    for name, unit, field in (
        ("batches through the socket, processor", "s", "cpu_s"),
        ("a query through the socket", "ms", "query_ms"),
        ("an action through the socket", "ms", "action_ms"),
    ):
        there, here = (middle(getattr(turn, field) for turn in found) for found in (socket, inside))
        tell(Measured(name, there, unit, here))


if __name__ == "__main__":
    if sys.argv[1:]:
        hold(sys.argv[1])
    else:
        main()
