"""How long `dropship --help` takes, beside an interpreter that does nothing.

The difference is what this project adds to the start of every command: its imports and its text.
Processor time, so that other work on the machine counts little. The aim is three times as long.
"""

import resource
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.report import Measured, tell

ROUNDS = 15
DROPSHIP = Path(sys.executable).with_name("dropship")


def main() -> None:
    """Tell milliseconds of processor time of both: medians of rounds that take turns."""
    commands = {
        "ours": [str(DROPSHIP), "--help"],
        "reference": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(ROUNDS + 1):
        for name, command in commands.items():
            began = _used_s()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:  # the first one reads files that are then in memory
                taken[name].append((_used_s() - began) * 1e3)
    ours, reference = (statistics.median(found) for found in taken.values())
    tell(Measured("dropship --help, over python -c pass", ours, "ms", reference, at_most=3))


def _used_s() -> float:
    """Return the processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
