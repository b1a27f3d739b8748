"""What an event costs while the warehouse grows: decoded, stored and merged, by processor time.

Each size has a process and a new warehouse file of its own; all orders are new, their ids rise.
Wall time would tell what else the machine does. `python -m benchmarks.growth --picture FILE SIZE`
measures other sizes, as many as are named, and draws what was measured.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.growth_picture import drawn
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, warehouse

SIZES = (10_000, 100_000, 1_000_000)
BATCH = 20_000
MERGE_EVERY = 5
"""Batches; behind a backlog the pipeline merges about as many at once."""


def main() -> None:
    """Tell microseconds an event for each size, the larger ones over one of 100,000."""
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
        reference = costs.get(100_000) if size > 100_000 else None
        tell(Measured(f"cost of an event, {size:,} of them", cost, "us/event", reference))
    if options.picture:
        options.picture.write_text(drawn(costs), encoding="utf-8")


def _apart(size: int) -> float:
    """Return the cost at one size, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", "--one", str(size)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def cost_us(size: int) -> float:
    """Return the processor time of each of so many events, in microseconds."""
    from core.broker.identity import TopicIdentity
    from core.checksums import payload_checksums
    from core.consumer.decoders.json_events import json_decoder
    from core.garbage import search_rarely
    from core.pipeline import builtin
    from core.warehouse.model import OffsetAdvance, RawBatch

    decoder, identity = json_decoder(builtin()), TopicIdentity("benchmark", TOPIC, "0")
    decoder.warm_up()
    used, start = 0.0, 0
    with data_folder() as settings, warehouse(settings) as store:
        store.register_partitions(identity, {0: 0})
        store.merge()  # from now on the typed columns of batches are kept for it
        search_rarely()
        for number, events in enumerate(_batches(size), 1):
            began = time.process_time()
            decoded = decoder.decode(events)
            end = start + len(events)
            store.write_batch(
                RawBatch(
                    identity,
                    datetime.now(UTC),
                    [0] * len(events),
                    range(start, end),
                    events,
                    [],
                    [OffsetAdvance(0, start, end)],
                    checksums=[one for one in payload_checksums(events) if one is not None],
                    event_types=decoded.event_types,
                    columns=decoded.columns,
                )
            )
            if number % MERGE_EVERY == 0 or end == size:
                store.merge()
            used += time.process_time() - began
            start = end
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
