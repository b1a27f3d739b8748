"""What the checksum of each payload costs: the same consumer with it and without it, in turns.

From joining the group to the last commit of raw events, on the embedded broker and a new DuckDB
file each time, without a merge beside it. Without: nothing is summed up and the column stays empty.
The aim is at most 3 % of the events per second. Processor time is told too: it is the steadier one
of the two on a machine that does other things.
"""

import gc
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from benchmarks.decode import payloads
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, embedded, fill, warehouse
from core.broker.cluster import Cluster

EVENTS = 200_000
ROUNDS = 9


@contextmanager
def without_checksums() -> Iterator[None]:
    """Take no checksums and store none."""
    from core.warehouse.duckdb.warehouse import DuckDbWarehouse

    real = DuckDbWarehouse._sql  # noqa: SLF001 - the benchmark undoes what the product does

    def sql(self: DuckDbWarehouse, name: str) -> str:
        text = real(self, name)
        return text.replace(",\n    checksum", "") if name == "insert_events" else text

    def none(values: Sequence[bytes | None]) -> list[int]:
        return [0] * len(values)

    with (
        patch("core.consumer.batch.payload_checksums", none),
        patch.object(DuckDbWarehouse, "_sql", sql),
    ):
        yield


def consume(broker: Cluster, group_id: str) -> tuple[float, float]:
    """Store all events; return seconds and seconds of the processor."""
    from core.consumer.decoders.json_events import json_decoder
    from core.consumer.options import ConsumeOptions
    from core.consumer.worker import ConsumerWorker
    from core.pipeline import builtin

    with data_folder() as settings, warehouse(settings) as store:
        worker = ConsumerWorker(
            broker,
            store,
            ConsumeOptions(TOPIC, group_id, until_caught_up=True),
            json_decoder(builtin()),
        )
        gc.collect()
        began, used = time.perf_counter(), time.process_time()
        worker.start()
        worker.join()
        elapsed = time.perf_counter() - began, time.process_time() - used
        if worker.error or worker.snapshot().inserted != EVENTS:
            raise SystemExit(f"{worker.error} {worker.snapshot()}")
    return elapsed


def main() -> None:
    """Tell both, and their ratio: medians of rounds that take turns."""
    taken: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    with data_folder() as settings, embedded(settings) as broker:
        fill(broker, payloads(EVENTS))
        for number in range(ROUNDS + 1):
            order = ("with", "without") if number % 2 else ("without", "with")
            for way in order:
                bare = without_checksums() if way == "without" else nullcontext()
                with bare:
                    found = consume(broker, f"{way}-{number}")
                if number:  # the first round pays for imports and first uses
                    taken[way].append(found)
    wall, cpu = ([statistics.median(row[n] for row in taken[way]) for way in taken] for n in (0, 1))
    tell(
        Measured(
            "raw events with checksums, over without",
            EVENTS / wall[0],
            "events/s",
            EVENTS / wall[1],
            at_least=0.97,
        )
    )
    told = (used * 1e6 / EVENTS for used in cpu)
    tell(Measured("the same, processor time", *_pair(told), at_most=1.03))


def _pair(told: Iterator[float]) -> tuple[float, str, float]:
    ours, reference = told
    return ours, "us/event", reference


if __name__ == "__main__":
    main()
