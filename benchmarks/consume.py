"""From the topic to committed raw events, dead letters, offsets and orders, beside a plain loop.

The topic is filled beforehand, one event in a hundred bad. Both contestants read it whole, from
joining the group to the last commit, into a new warehouse file each time, which is opened before
and closed after; the product consumes and merges in two threads, as its pipeline does. The aim is
at least 0.60 of the hand-written loop.
"""

import gc
import statistics
import time
from collections.abc import Callable

from benchmarks.decode import payloads
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, embedded, fill, warehouse
from core.broker.cluster import Cluster
from core.garbage import search_rarely

EVENTS = 200_000
BAD = 0.01
ROUNDS = 5
MERGE_EVERY_S = 0.5


def product(broker: Cluster, group_id: str, events: int = EVENTS) -> float:
    """Consume and merge all events with the product's code; return seconds."""
    from core.consumer.decoders.json_events import json_decoder
    from core.consumer.options import ConsumeOptions
    from core.consumer.worker import ConsumerWorker
    from core.merge.worker import MergeWorker
    from core.pipeline import builtin

    with data_folder() as settings, warehouse(settings) as store:
        options = ConsumeOptions(TOPIC, group_id, until_caught_up=True)
        consumer = ConsumerWorker(broker, store, options, json_decoder(builtin()))
        merging = MergeWorker(store, interval_s=MERGE_EVERY_S)
        began = time.perf_counter()
        consumer.start()
        merging.start()
        consumer.join()
        merging.stop()
        merging.join()
        elapsed = time.perf_counter() - began
        seen, merged = consumer.snapshot(), merging.snapshot().total
        if consumer.error or merging.error or seen.consumed != events:
            raise SystemExit(f"{consumer.error} {merging.error} {seen}")
        if merged.taken != seen.inserted or store.rows("count_rows")[0][0] != merged.inserted:
            raise SystemExit(f"{seen.inserted} events stored, merged: {merged}")
    return elapsed


def by_hand(broker: Cluster, group_id: str, events: int = EVENTS) -> float:
    """Do the same with the hand-written loop; return seconds."""
    from benchmarks import handwritten

    with data_folder() as settings:
        file = settings.paths.data / "reference.duckdb"
        with handwritten.opened(file, TOPIC, broker.partitions(TOPIC)) as database:
            began = time.perf_counter()
            handwritten.consume(database, broker, TOPIC, group_id, events)
            elapsed = time.perf_counter() - began
            orders, dead = handwritten.stored(database)
        if not 0.97 * events < orders + dead <= events:
            raise SystemExit(f"{orders} orders and {dead} dead letters of {events} events")
    return elapsed


def main() -> None:
    """Tell events per second of both: medians of rounds that take turns."""
    ways: dict[str, Callable[[Cluster, str], float]] = {"ours": product, "reference": by_hand}
    search_rarely()  # as the command does, for both
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    processor: dict[str, list[float]] = {way: [] for way in ways}
    with data_folder() as settings, embedded(settings) as broker:
        fill(broker, payloads(EVENTS, bad=BAD))
        for number in range(ROUNDS + 1):
            for way, run in ways.items():
                gc.collect()
                began = time.process_time()
                elapsed = run(broker, f"{way}-{number}")
                used = time.process_time() - began
                if number:  # the first one pays for imports and first uses
                    seconds[way].append(elapsed)
                    processor[way].append(used * 1e6 / EVENTS)
    ours, reference = (EVENTS / statistics.median(taken) for taken in seconds.values())
    tell(Measured("topic to raw, orders, offsets", ours, "events/s", reference, at_least=0.60))
    ours, reference = (statistics.median(used) for used in processor.values())
    tell(Measured("the same, processor time, with the broker's", ours, "us/event", reference))


if __name__ == "__main__":
    main()
