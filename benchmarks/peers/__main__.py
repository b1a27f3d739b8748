"""dropship beside bytewax, quix-streams and dlt: one topic into raw events, orders, dead letters.

All of them read the same topic from a new client to the closed DuckDB file, one event in a hundred
bad, in processes of their own and in turns. dropship stores each event exactly once; a peer may
write some again after a crash. The topic is on a real Apache Kafka where Java and Maven are, else
on librdkafka's embedded broker, where dropship waits seconds to join its group, so that processor
time alone compares. `make peers` installs the peers; without them nothing is measured.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.decode import payloads
from benchmarks.handwritten import opened
from benchmarks.report import Measured, tell
from benchmarks.stage import TOPIC, data_folder, embedded, fill
from core.broker.base import TopicPlan
from core.broker.cluster import Cluster
from tests.support.kafka_jars import KafkaUnavailableError, kafka_jars
from tests.support.kafka_server import KafkaCluster

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
EVENTS, FEWER = 500_000, 200_000
"""On a real Kafka, and as many as the embedded broker holds."""
BAD = 0.01
ROUNDS = 5
PARTITIONS = 4
OURS = "dropship"
PEERS = {"bytewax": "bytewax_flow", "quixstreams": "quix_app", "dlt": "dlt_pipeline"}
"""Package and program of each."""

NEED_A_CLUSTER = {"quixstreams"}
"""They ask for what the embedded broker does not answer."""


@dataclass(frozen=True)
class Run:
    """One run of one of them. cpu: microseconds of processor time an event."""

    rate: float
    cpu: float


def main() -> None:
    """Tell the rate and the processor time of dropship over those of each peer."""
    if not PYTHON.exists():
        print("SKIPPED, nothing was measured: `make peers` installs what is compared")
        return
    versions = _versions()
    for name in PEERS.keys() - versions.keys():
        print(f"SKIPPED {name}: it is not installed")
    with _topic() as (broker, count):
        if broker.label == "embedded":
            for name in NEED_A_CLUSTER & versions.keys():
                print(f"SKIPPED {name} {versions.pop(name)}: it needs a real Kafka")
        runs: dict[str, list[Run]] = {name: [] for name in (OURS, *sorted(versions))}
        for number in range(ROUNDS + 1):
            for name, found in runs.items():
                run = _run(name, broker, count)
                if number:  # the first one reads files that are then in memory
                    found.append(run)
    rates = {name: statistics.median(run.rate for run in found) for name, found in runs.items()}
    cpu = {name: statistics.median(run.cpu for run in found) for name, found in runs.items()}
    for name, version in sorted(versions.items()):
        over = f"topic to DuckDB, over {name} {version}"
        tell(Measured(over, rates[OURS], "events/s", rates[name]))
        tell(Measured(f"{over}: processor time", cpu[OURS], "us/event", cpu[name]))


def _versions() -> dict[str, str]:
    """Return the peers that are installed."""
    asked = (
        "import importlib.metadata as m, json\n"
        f"there = {{one.name for one in m.distributions()}} & {set(PEERS)!r}\n"
        "print(json.dumps({name: m.version(name) for name in there}))"
    )
    told = subprocess.run([PYTHON, "-c", asked], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, str] = json.loads(told.stdout)
    return found


@contextmanager
def _topic() -> Iterator[tuple[Cluster, int]]:
    """Yield a broker whose topic holds so many events."""
    try:
        kafka_jars()
    except KafkaUnavailableError as error:
        print(f"on the embedded broker: {error}")
        with data_folder() as settings, embedded(settings) as broker:
            fill(broker, payloads(FEWER, bad=BAD))
            yield broker, FEWER
        return
    with KafkaCluster() as node:
        broker = Cluster(node.bootstrap_servers)
        try:
            broker.create_topic(TopicPlan(TOPIC, PARTITIONS, 1))
            fill(broker, payloads(EVENTS, bad=BAD))
            yield broker, EVENTS
        finally:
            broker.close()


def _run(name: str, broker: Cluster, count: int) -> Run:
    """Have one of them take the topic into a new file, and look at what is in it then."""
    program = PEERS.get(name, "dropship_job")
    python = sys.executable if name == OURS else PYTHON
    partitions = broker.partitions(TOPIC)
    with tempfile.TemporaryDirectory(prefix=f"peer-{name}-") as folder:
        file = Path(folder) / "warehouse.duckdb"
        if name not in {OURS, "dlt"}:  # these make their tables themselves
            opened(file, TOPIC, partitions).close()
        where = (broker.bootstrap_servers, TOPIC, str(len(partitions)))
        task = (*where, str(count), str(file), broker.label)
        done = subprocess.run(
            [python, "-m", f"benchmarks.peers.{program}", *task],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=folder,
            check=False,
            capture_output=True,  # what libraries say at their end is no figure
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr[-2_000:]}")
        _check(name, file, count)
    told = json.loads(done.stdout.splitlines()[-1])
    return Run(count / told["seconds"], told["cpu"] * 1e6 / count)


def _check(name: str, file: Path, count: int) -> None:
    """See that nothing is missing. Errors: SystemExit."""
    with duckdb.connect(str(file), read_only=True) as database:
        found = database.execute(
            "SELECT (SELECT count(*) FROM main.orders_events), (SELECT count(*) FROM main.orders), "
            "(SELECT count(*) FROM main.dead_letters)"
        ).fetchall()
    ((raw, orders, dead),) = found
    if raw + dead != count or not 0.97 * count < orders <= raw:
        raise SystemExit(f"{name}: {raw} raw events, {orders} orders, {dead} dead letters")


if __name__ == "__main__":
    main()
