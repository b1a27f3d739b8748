"""quix-streams: a batching sink of its own, which the checkpoint flushes before it commits.

At least once: a crash between the write and the commit of the offsets writes the batch again.
"""

from typing import Any

from quixstreams import Application
from quixstreams.sinks import BatchingSink, SinkBatch

from benchmarks.peers.run import Task, asked, told
from benchmarks.plain_store import store

BATCH = 20_000


class _DuckDbSink(BatchingSink):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task
        self._done = 0

    def setup(self) -> None:
        self._database = self._task.opened()

    def write(self, batch: SinkBatch) -> None:
        records = [(batch.partition, one.offset, one.key, one.value) for one in batch]
        self._database.begin()
        store(self._database, batch.topic, records, self._done)
        self._database.commit()
        self._done += len(records)

    def close(self) -> None:
        self._database.close()


def main() -> None:
    """Take a topic into DuckDB."""
    task = asked()
    app: Any = Application(
        broker_address=task.servers,
        consumer_group=task.folder.name,
        auto_offset_reset="earliest",
        commit_every=BATCH,
        state_dir=task.folder / "state",
        loglevel="ERROR",
        auto_create_topics=False,
    )
    topic = app.topic(task.topic, key_deserializer="bytes", value_deserializer="bytes")
    sink = _DuckDbSink(task)
    app.dataframe(topic).sink(sink)

    def work() -> None:
        app.run(count=task.count, collect=False)
        sink.close()

    told(work)


if __name__ == "__main__":
    main()
