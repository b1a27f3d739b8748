"""What every peer is told, and what it answers: one line of JSON."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

OPTIONS = {"checkpoint_threshold": "256MB", "preserve_insertion_order": "false"}
"""Of DuckDB, as the hand-written loop has them: larger steps suit a bulk load."""


@dataclass(frozen=True)
class Task:
    """servers, topic: where `count` records are. file: a DuckDB file with the product's tables.

    kind: of the broker; the product must know librdkafka's `embedded` one for what it is.
    """

    servers: str
    topic: str
    partitions: int
    count: int
    file: Path
    kind: str

    @property
    def folder(self) -> Path:
        """A folder for whatever else is kept, with nothing but the file in it at first."""
        return self.file.parent

    def opened(self) -> Any:
        """Return the database. Whoever opens it closes it."""
        return duckdb.connect(str(self.file), config=dict(OPTIONS))


def asked() -> Task:
    """Return what the command line says."""
    servers, topic, partitions, count, file, kind = sys.argv[1:]
    return Task(servers, topic, int(partitions), int(count), Path(file), kind)


def told(work: Callable[[], None]) -> None:
    """Do the work, and say how long it took: seconds, and seconds of processor time."""
    began, used = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"seconds": seconds, "cpu": cpu}), flush=True)
