"""Breaks whatever can break, under load, and audits what is left: `make chaos`.

CHAOS_S: seconds in all (300). CHAOS_SEED: of the plan; printed, so that a run can be repeated.
CHAOS_ARENA: `embedded`, `shared`, `kafka`, or `all` of them (kafka where Java and Maven are).
CHAOS_RATE: events per second (1500). CHAOS_NODES: of the Kafka cluster, 1 or 3 (1).
CHAOS_RECOVERS_S: how soon work must go on after a fault (30; more on a busy machine).
CHAOS_REPORT: file of the totals (reports/chaos_SEED.json).
"""

import json
import logging
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from core.broker.clients import client_log
from tests.chaos import plan
from tests.chaos.embedded_arena import embedded_arena
from tests.chaos.flow import Totals
from tests.chaos.kafka_arena import kafka_arena
from tests.chaos.shared_arena import shared_arena
from tests.support.kafka_jars import KafkaUnavailableError, kafka_jars

Arena = Callable[[float, int], dict[str, Any]]


def main() -> int:
    """Run the arenas one after the other; return 1 when an audit fails."""
    seconds = float(os.environ.get("CHAOS_S", "300"))
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
    arenas = _arenas()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    client_log.addHandler(logging.NullHandler())  # lost brokers are expected here
    say(f"chaos: {seconds:g} s in {' and '.join(arenas)}; CHAOS_SEED={seed} repeats it")
    told: dict[str, Any] = {"seed": seed, "seconds": seconds}
    failed = False
    for name in arenas:
        began = monotonic()
        totals = Totals()
        try:
            told[name] = _run(name, seconds / len(arenas), seed, totals)
        except AssertionError as error:
            failed = True
            told[name] = {**totals.as_json(), "failed": str(error)}
        told[name]["elapsed_s"] = round(monotonic() - began, 1)
    report = Path(os.environ.get("CHAOS_REPORT", f"reports/chaos_{seed}.json"))
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(told, indent=2) + "\n")
    say(json.dumps(told, indent=2))
    say(f"chaos: {'FAILED' if failed else 'everything is there, once'}; totals in {report}")
    return int(failed)


def _arenas() -> list[str]:
    wanted = os.environ.get("CHAOS_ARENA", "all")
    if wanted != "all":
        return [wanted]
    try:
        kafka_jars()
    except KafkaUnavailableError as error:
        say(f"chaos: no real Kafka here ({error})")
        return ["embedded", "shared"]
    return ["embedded", "shared", "kafka"]


def _run(name: str, seconds: float, seed: int, totals: Totals) -> dict[str, Any]:
    """Disturb one arena for so long, then audit it; return its totals."""
    rate = int(os.environ.get("CHAOS_RATE", "1500"))
    weights = {"embedded": plan.EMBEDDED, "shared": plan.SHARED, "kafka": plan.KAFKA}[name]
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        if name == "kafka":
            nodes = int(os.environ.get("CHAOS_NODES", "1"))
            entered: Any = kafka_arena(Path(folder), rate, totals, nodes)
        else:
            arenas = {"embedded": embedded_arena, "shared": shared_arena}
            entered = arenas[name](Path(folder), rate, totals)
        with entered as arena:
            until = monotonic() + seconds
            for number, blow in enumerate(plan.blows(seed, weights, 100_000)):
                if monotonic() >= until:
                    break
                say(f"chaos: {name} {number}: {blow.what} {blow.force:.2f}")
                arena.strike(blow)
            audited = arena.close_and_audit()
    return {**totals.as_json(), **audited.as_json()}


def say(text: str) -> None:
    """Tell the person who watches."""
    print(text, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main())
