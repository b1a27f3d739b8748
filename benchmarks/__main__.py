"""`python -m benchmarks [NAME ...]`: runs benchmarks one after another, then shows one table.

Without names all run but those that take minutes. Each runs in a fresh process, so that none pays
or profits from what another has loaded. A figure that misses its aim is shown, never a failure: the
exit code is 1 only when a benchmark crashed.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.report import COLLECT, Measured, collected, table

ROOT = Path(__file__).resolve().parent.parent

NAMES = (
    "startup",
    "seed",
    "decode",
    "produce",
    "pacing",
    "consume",
    "checksums",
    "shared",
    "first_record",
    "latency",
    "pipeline",
    "console",
    "attached",
    "kafka",
)
LONG = ("growth", "kpis", "checks", "peers")
"""Minutes each, and gigabytes for some: only where they are named."""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, without names those of NAMES; return the exit code."""
    there = (*NAMES, *LONG)
    unknown = [name for name in arguments if name not in there]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(there)}")
        return 2
    figures: list[Measured] = []
    crashed: list[str] = []
    for name in arguments or NAMES:
        print(f"--- {name}", flush=True)
        if _run(name, figures) != 0:
            crashed.append(name)
    print()
    print(table(figures))
    if crashed:
        print(f"\ncrashed: {', '.join(crashed)}")
    return 1 if crashed else 0


def _run(name: str, figures: list[Measured]) -> int:
    """Run one benchmark, show what it prints and keep its figures; return its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    environment = {**os.environ, COLLECT: "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            found = collected(line)
            if found is None:
                print(line, end="", flush=True)
            else:
                figures.append(found)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
