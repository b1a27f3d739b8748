"""The product in the place of a peer: its consumer and its merge, in a process of their own."""

from benchmarks.consume import MERGE_EVERY_S
from benchmarks.peers.run import asked, told
from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.decoders.json_events import json_decoder
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.garbage import search_rarely
from core.merge.worker import MergeWorker
from core.pipeline import builtin
from core.warehouse.duckdb.warehouse import DuckDbWarehouse


def main() -> None:
    """Take a topic into DuckDB, each event exactly once."""
    task = asked()
    search_rarely()  # as the command does
    settings = Settings(paths=Paths(task.folder, task.folder), schema="main")
    store = DuckDbWarehouse(settings, clock=SystemClock())
    embedded_id = "benchmark" if task.kind == "embedded" else None
    broker = Cluster(task.servers, embedded_id=embedded_id)
    options = ConsumeOptions(task.topic, task.folder.name, until_caught_up=True)

    def work() -> None:
        consumer = ConsumerWorker(broker, store, options, json_decoder(builtin()))
        merging = MergeWorker(store, interval_s=MERGE_EVERY_S)
        consumer.start()
        merging.start()
        consumer.join()
        merging.stop()
        merging.join()
        if consumer.error or merging.error:
            raise SystemExit(f"{consumer.error} {merging.error}")
        store.close()

    told(work)
    broker.close()


if __name__ == "__main__":
    main()
