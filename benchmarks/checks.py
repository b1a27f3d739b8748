"""How long all checks take at ten million orders, and how long a batch waits for them.

Every check runs, that of content over everything that is stored. The aim is 15 s in a process that
only reads, which has two threads. Beside 20,000 events a second DuckDB has one; then the longest
transaction of a batch counts, over the longest of as many seconds without checks.
"""

import argparse
import resource
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.filled import filled, writing
from benchmarks.report import Measured, tell
from core.validation.model import Status, ValidationResult
from core.warehouse.duckdb.warehouse import DuckDbWarehouse

SIZE = 10_000_000
ROUNDS = 3
STEADY = 20_000
AIM_S = 15


def main() -> None:
    """Tell seconds of all checks, those of the slowest ones, and the longest batches."""
    parser = argparse.ArgumentParser()
    parser.add_argument("size", nargs="?", type=int, default=SIZE)
    parser.add_argument("--keep", type=Path, help="a folder for the file that is read")
    options = parser.parse_args()
    name = f"all checks of {options.size:,} orders"
    with filled(options.size, options.keep) as store:
        runs = [_checked(store) for _round in range(ROUNDS)]
        for check in sorted(runs[-1].checks, key=lambda one: -one.elapsed_s)[:5]:
            print(f"  {check.name}: {check.elapsed_s:.2f} s")
        seconds = statistics.median(run.elapsed_s for run in runs)
        tell(Measured(name, seconds, "s", at_most=AIM_S))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell(Measured("memory of the process at most", most, "MB"))
        with writing(store, STEADY) as load:
            beside = _checked(store)
        with writing(store, STEADY) as alone:
            time.sleep(beside.elapsed_s)
        tell(Measured(f"{name}, beside {STEADY:,} events/s", beside.elapsed_s, "s"))
        tell(Measured("longest batch meanwhile", load.longest_s, "s", alone.longest_s))


def _checked(store: DuckDbWarehouse) -> ValidationResult:
    """Run all checks. Errors: SystemExit where one finds something."""
    from core.config import Thresholds
    from core.validation.run import validate

    found = validate(store, Thresholds(), now=datetime.now(UTC), broker_view=None)
    bad = [check.name for check in found.checks if check.status >= Status.FAIL]
    if bad:
        raise SystemExit(f"checks failed: {', '.join(bad)}")
    return found


if __name__ == "__main__":
    main()
