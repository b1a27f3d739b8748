"""How a console feels that is attached to a service: keys and bytes on a 120x36 terminal.

As `benchmarks.console` does it, at the same load; but broker, producer, consumer and merge are in
the process of the service, and the console has its moments and its controls over a socket.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.console import busy, tell_load
from benchmarks.console_terminal import ROOT

_END_S = 120
_AT_RATE = re.compile(r"prod\w* 1[5-9]\.\dk/s|prod\w* 20\.\dk/s")
"""The strip, which has less room beside the word `attached`; the load is told with the figures."""


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """Have a service of the data directory that consoles of this folder use."""
    command = [sys.executable, "-m", "core.cli.main", "--run"]
    place = ["--data-dir", str(folder / "data")]
    service = subprocess.Popen(
        [*command, "serve", "--quiet", "--validate-every", "0", "--no-consume", *place],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
    )
    try:
        while subprocess.run(
            [*command, "status", "--quiet", *place],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
        ).returncode:
            if service.poll() is not None:
                raise SystemExit(f"the service ended with {service.returncode}")
        yield
    finally:
        service.terminate()
        service.wait(_END_S)


def main() -> None:
    """Tell what a busy console costs that is attached."""
    tell_load("before")
    with tempfile.TemporaryDirectory(prefix="ds-bench-") as name, serving(Path(name)):
        busy(Path(name), "console attached", first_sight="attached", at_rate=_AT_RATE)
    tell_load("after")


if __name__ == "__main__":
    main()
