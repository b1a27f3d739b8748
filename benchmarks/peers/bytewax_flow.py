"""bytewax: Kafka source, batches collected by time or size, a sink that writes each whole.

At least once: where it goes on after a crash is in its own recovery store, so that what was written
after the last snapshot is written again.
"""

from datetime import timedelta
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import run_main

from benchmarks.peers.run import Task, asked, told
from benchmarks.plain_store import store

BATCH = 20_000
Batch = tuple[str, list[Any]]
"""A key, and the records with it."""


class _Partition(StatelessSinkPartition[Batch]):
    def __init__(self, task: Task) -> None:
        self._database = task.opened()
        self._topic = task.topic
        self._done = 0

    def write_batch(self, items: list[Batch]) -> None:
        for _key, messages in items:
            records = [(one.partition, one.offset, one.key, one.value) for one in messages]
            self._database.begin()
            store(self._database, self._topic, records, self._done)
            self._database.commit()
            self._done += len(records)

    def close(self) -> None:
        self._database.close()


class _DuckDbSink(DynamicSink[Batch]):
    def __init__(self, task: Task) -> None:
        self._task = task

    def build(self, _step_id: str, _worker_index: int, _worker_count: int) -> _Partition:
        return _Partition(self._task)


def flow(task: Task) -> Dataflow:
    """Return a dataflow that ends when it has read the topic."""
    made = Dataflow("orders")
    source: Any = KafkaSource([task.servers], [task.topic], tail=False, batch_size=1_000)
    stream = op.input("topic", made, source)
    keyed = op.key_on("one batch of all", stream, lambda _message: "all")
    batches = op.collect("batch", keyed, timedelta(seconds=1), BATCH)
    op.output("duckdb", batches, _DuckDbSink(task))
    return made


def main() -> None:
    """Take a topic into DuckDB."""
    task = asked()
    recovery = task.folder / "recovery"
    recovery.mkdir()
    init_db_dir(recovery, 1)
    told(lambda: run_main(flow(task), recovery_config=RecoveryConfig(str(recovery))))


if __name__ == "__main__":
    main()
