"""Many events through one pipeline process, with its memory watched: `make soak`.

SOAK_EVENTS: how many (10,000,000). SOAK_RATE: events a second, 0 as fast as possible (0).
SOAK_REPORT: file of the curve (reports/soak.json). The process must stay under 1 GB of resident
memory, the checks at the end included. The first tenth of the events is the warm-up: `growth` tells
how much higher the highest point after it was than the highest before.
"""

import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import duckdb
import psutil

from tests.support.processes import Running, commands

MEMORY = 1_000_000_000
EVERY_S = 1.0
WARM_UP = 0.1
_STORED = re.compile(r" (\d+) stored")


@dataclass(frozen=True)
class Sample:
    """One look at the process. resident, log (of the warehouse): bytes. stored: records."""

    at_s: float
    resident: int
    threads: int
    descriptors: int
    stored: int
    log: int


def main() -> int:
    """Run it; return 1 when memory grew or events are missing."""
    events = int(os.environ.get("SOAK_EVENTS", "10000000"))
    rate = os.environ.get("SOAK_RATE", "0")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, commands(Path(folder)) as dropship:
        size = ("--orders", str(events), "--seed", "7")
        seeded = dropship("seed", *size).done()
        running = dropship.start("pipeline", *size, "--rate", rate)
        samples = watch(running, dropship.paths.warehouse_file.with_name("warehouse.duckdb.wal"))
        ended = running.end()
        record = ended.record
        kept = record["consume"] and record["consume"]["inserted"]
        with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as base:
            (orders,) = base.execute("SELECT count(*) FROM mon_schema.orders").fetchone() or (0,)
    told = report(samples, events)
    told |= {
        "exit_code": ended.code,
        "events": events,
        "inserted": kept,
        "orders": orders,
        "elapsed_s": record["elapsed_s"],
        "seed_s": seeded["elapsed_s"],
    }
    file = Path(os.environ.get("SOAK_REPORT", "reports/soak.json"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=1) + "\n")
    print(json.dumps({**told, "curve": f"in {file}"}, indent=1))  # noqa: T201 - this is a command
    good = ended.code == 0 and kept == orders == events
    return int(not good or told["peak"] >= MEMORY)


def watch(running: Running, log: Path) -> list[Sample]:
    """Look at a process once a second until it ends."""
    process = psutil.Process(running.pid)
    began, pause, samples = monotonic(), Event(), []
    while not running.ended:
        try:
            with process.oneshot():
                samples.append(
                    Sample(
                        round(monotonic() - began, 1),
                        process.memory_info().rss,
                        process.num_threads(),
                        process.num_fds(),
                        told_events(running.err),
                        log.stat().st_size if log.exists() else 0,
                    )
                )
        except psutil.Error:
            break
        pause.wait(EVERY_S)
    return samples


def told_events(said: str) -> int:
    """Return how many records are stored, by the last line of progress."""
    told = _STORED.findall(said)
    return int(told[-1]) if told else 0


def report(samples: list[Sample], events: int) -> dict[str, Any]:
    """Return the growth after the warm-up, and the curve."""
    flow = [one for one in samples if WARM_UP * events <= one.stored]
    warm = max((one.resident for one in samples if one.stored < WARM_UP * events), default=0)
    peak = max((one.resident for one in flow), default=0)
    return {
        "warm": warm,
        "peak": peak,
        "growth": peak - warm,
        "log": max((one.log for one in samples), default=0),
        "threads": max((one.threads for one in flow), default=0),
        "descriptors": max((one.descriptors for one in flow), default=0),
        "curve": [vars(one) for one in samples],
    }


if __name__ == "__main__":
    sys.exit(main())
