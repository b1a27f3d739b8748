"""How soon the first record of a waiting topic is stored.

Twice, each time in a fresh process beside a broker that already runs: from the start of a consumer
to its first commit in the warehouse, and the whole command `dropship --run consume --limit 1`, from
the interpreter's start to its end. The aim is one second.
"""

import multiprocessing
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event

from benchmarks.decode import payloads
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, embedded, fill, warehouse
from core.config import Paths, Settings

EVENTS = 20_000
ROUNDS = 7
AIM_S = 1.0
DROPSHIP = Path(sys.executable).with_name("dropship")


def seconds_to_first_commit(data: Path, group_id: str) -> float:
    """Return seconds from a consumer's start to the commit of its first record."""
    from core.broker.connect import connect_broker
    from core.clock import SystemClock
    from core.consumer.decoders.json_events import json_decoder
    from core.consumer.options import ConsumeOptions
    from core.consumer.worker import ConsumerWorker
    from core.pipeline import builtin

    clock = SystemClock()
    running = Settings(paths=Paths(data))
    broker = connect_broker(running, clock=clock, stop=Event(), start_embedded=False)
    with data_folder() as settings, warehouse(settings) as store:
        consumer = ConsumerWorker(
            broker, store, ConsumeOptions(TOPIC, group_id, limit=1), json_decoder(builtin())
        )
        began = clock.now()
        consumer.start()
        consumer.join()
        stored = consumer.snapshot().last_commit
    broker.close()
    if stored is None:
        raise SystemExit(f"nothing was stored: {consumer.error}")
    return (stored - began).total_seconds()


def seconds_of_command(data: Path) -> float:
    """Return seconds from the start of `dropship --run consume --limit 1` to its end."""
    command = [str(DROPSHIP), "--run", "consume", "--limit", "1", "--json", "--quiet"]
    began = time.perf_counter()
    subprocess.run(
        [*command, "--data-dir", str(data)], check=True, cwd=data, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def main() -> None:
    """Tell medians and slowest of both."""
    commits: list[float] = []
    commands: list[float] = []
    fresh = multiprocessing.get_context("spawn")
    with data_folder() as settings, embedded(settings) as broker:
        fill(broker, payloads(EVENTS))
        data = settings.paths.data
        for number in range(ROUNDS):
            with ProcessPoolExecutor(1, mp_context=fresh) as process:
                commits.append(
                    process.submit(seconds_to_first_commit, data, f"first-{number}").result()
                )
            commands.append(seconds_of_command(data))
    for name, found in (("from start()", commits), ("whole command", commands)):
        median = statistics.median(found)
        tell(Measured(f"first record, {name}", median, "s", at_most=AIM_S))
        tell(Measured(f"first record, {name}, slowest", max(found), "s"))


if __name__ == "__main__":
    main()
