"""How long a refresh of the KPIs takes at ten million orders: at rest, and while orders come in.

One refresh reads all KPIs of orders, one after another, as console and `--run kpis` do. What the
merge keeps is read where it keeps something, so the figures hardly hang on how many orders there
are. The aims, 95 of 100 refreshes: 50 ms at rest, 250 ms while batches are stored and merged.
"""

import argparse
import statistics
import time
from pathlib import Path

from benchmarks.filled import filled, writing
from benchmarks.report import Measured, tell
from core.warehouse.duckdb.warehouse import DuckDbWarehouse

SIZE = 10_000_000
READS = 100
EVERY_S = 0.1
"""Between two refreshes; the console reads once a second."""
STEADY = 20_000


def main() -> None:
    """Tell the 95th percentile of both, and the median."""
    parser = argparse.ArgumentParser()
    parser.add_argument("size", nargs="?", type=int, default=SIZE)
    parser.add_argument("--keep", type=Path, help="a folder for the file that is read")
    options = parser.parse_args()
    with filled(options.size, options.keep) as store:
        refresh_ms(store, 5)  # reads what then is in memory
        _tell(options.size, "at rest", refresh_ms(store, READS), 50)
        with writing(store, STEADY):
            _tell(options.size, f"at {STEADY:,} events/s", refresh_ms(store, READS), 250)
        with writing(store, 0) as load:
            began = time.monotonic()
            taken = refresh_ms(store, READS)
            rate = load.events / (time.monotonic() - began)
        print(f"as fast as they are stored: {rate:,.0f} events/s beside the refreshes")
        _tell(options.size, "as fast as orders are stored", taken, 250)


def refresh_ms(store: DuckDbWarehouse, times: int) -> list[float]:
    """Return how long each of so many refreshes took."""
    from core.kpis.read import read_kpis
    from core.pipeline import builtin

    kpis, taken = builtin().definition.kpis, []
    for _number in range(times):
        began = time.perf_counter()
        read_kpis(store, kpis)
        taken.append((time.perf_counter() - began) * 1e3)
        time.sleep(EVERY_S)
    return taken


def _tell(size: int, beside: str, taken: list[float], aim: float) -> None:
    p95 = statistics.quantiles(taken, n=20)[-1]
    name = f"KPIs of {size:,} orders, {beside}"
    tell(Measured(f"{name}: p50", statistics.median(taken), "ms"))
    tell(Measured(f"{name}: p95", p95, "ms", at_most=aim))


if __name__ == "__main__":
    main()
