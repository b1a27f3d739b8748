"""What an event costs while the warehouse grows: decoded, stored and merged, by processor time.

Each size has a process and a new warehouse file of its own; all orders are new, their ids rise.
Wall time would tell what else the machine does. At ten million an event may cost a tenth more than
at one million. `python -m benchmarks.growth --picture FILE [SIZE ...]` draws what was measured.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.filled import BATCH, MERGE_EVERY, Writer
from benchmarks.growth_picture import drawn
from benchmarks.report import Measured, tell
from benchmarks.stage import data_folder, warehouse

MILLION = 1_000_000
SIZES = (10_000, 100_000, MILLION, 10 * MILLION)


def main() -> None:
    """Tell microseconds an event for each size, what is larger than a million over that."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(cost_us(options.one))
        return
    costs = {size: _apart(size) for size in options.sizes}
    for size, cost in costs.items():
        name = f"cost of an event, {size:,} of them"
        reference = costs.get(MILLION) if size > MILLION else None
        aim = None if reference is None else 1.1
        tell(Measured(name, cost, "us/event", reference, at_most=aim))
    if options.picture:
        options.picture.write_text(drawn(costs), encoding="utf-8")


def _apart(size: int) -> float:
    """Return the cost at one size, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", "--one", str(size)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def cost_us(size: int) -> float:
    """Return the processor time of each of so many events, in microseconds."""
    from core.garbage import search_rarely

    used = 0.0
    with data_folder() as settings, warehouse(settings) as store:
        writer = Writer(store)
        search_rarely()
        for number, events in enumerate(_batches(size), 1):
            began = time.process_time()
            writer.write(events)
            if number % MERGE_EVERY == 0 or writer.at == size:
                store.merge()
            used += time.process_time() - began
        ((rows,),) = store.rows("count_rows")
        if rows != size:
            raise SystemExit(f"{rows} orders of {size} events")
        began = time.process_time()
    return (used + time.process_time() - began) * 1e6 / size  # closing takes the log in


def _batches(size: int) -> Iterator[list[bytes]]:
    """Yield events whose order ids rise from batch to batch."""
    for start in range(0, size, BATCH):
        yield [
            b'{"event_type":"order_created","order":{"id":"ORDER_%08d","product_id":"PROD_%06d",'
            b'"customer_id":"CUST_%06d","quantity":%d,"unit_price":%d.%02d,'
            b'"sold_at":"2024-%02d-%02dT%02d:00:00Z"},"timestamp":"2026-01-05T10:00:00.%03dZ"}'
            % (
                *(number, number * 7 % 200, number * 31 % 1_000, number % 5 + 1),
                *(number % 190 + 10, number % 100),
                *(number % 12 + 1, number % 28 + 1, number % 24, number % 1_000),
            )
            for number in range(start, min(start + BATCH, size))
        ]


if __name__ == "__main__":
    main()
