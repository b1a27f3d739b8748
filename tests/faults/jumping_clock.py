"""The real command on a wall clock that jumps: `jumping_clock.py FILE arguments`.

FILE holds the seconds by which the time is wrong; it is read at each look at the clock. Monotonic
time stays true, as it does on a machine whose clock is set.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.cli.main import entry_point
from core.clock import SystemClock


def main() -> int:
    """Run the command with the clock bent."""
    file = Path(sys.argv.pop(1))

    def now(_clock: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text() or 0))

    SystemClock.now = now  # type: ignore[method-assign]
    return entry_point()


if __name__ == "__main__":
    sys.exit(main())
