"""Fuzzes for a while, with other seeds each round: `make fuzz`.

FUZZ_S: seconds in all (300). FUZZ_EXAMPLES: examples of each test and round (2000). A finding ends
it, with the example that shows it; keep that one as `@example` beside its test.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from time import monotonic

HERE = Path(__file__).parent


def main() -> int:
    """Run rounds until the time is over; return 1 at the first finding."""
    until = monotonic() + float(os.environ.get("FUZZ_S", "300"))
    examples = os.environ.get("FUZZ_EXAMPLES", "2000")
    rounds = 0
    while monotonic() < until:
        seed = secrets.randbelow(2**32)
        options = ("-q", "-p", "no:xdist", f"--hypothesis-seed={seed}", "--timeout=0", "-x")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, str(HERE)],
            env=os.environ | {"FUZZ_EXAMPLES": examples},
            check=False,
        )
        if done.returncode != 0:
            return 1
        rounds += 1
    print(f"fuzz: nothing found in {rounds} rounds of {examples} examples a test")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
