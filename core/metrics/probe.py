"""Whether a worker on this machine is sound, asked of its metrics alone.

The health check of the image. A look at the warehouse once a minute would keep a Snowflake
warehouse awake for ever; what the process tells of itself costs nothing: it answers, none of its
threads has ended by a defect, and records that wait are being stored.

`python -m core.metrics.probe PORT [SECONDS]` ends with 0 or 1 and one line. SECONDS: how old the
last commit may be while records wait (600).
"""

import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from core.metrics import names
from core.metrics.server import HOST
from core.text import _, clean

OLDEST_S = 600.0
_ANSWER_S = 5.0


def fault(text: str, now: float, oldest_s: float = OLDEST_S) -> str:
    """Return what is wrong, in one line; empty where nothing is.

    text: metrics as they are scraped. now: seconds of the epoch. oldest_s: how old the last commit
    may be while records wait; before the first commit, how long nobody asks.
    """
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    if found.get(names.FAILED_THREADS.name, 0.0):
        return _("threads of the worker have ended by a defect: its log says which")
    began = found.get("process_start_time_seconds", now)
    age = now - max(found.get(names.LAST_COMMIT.name, 0.0), began)
    lag = found.get(names.LAG.name, 0.0)
    if lag > 0 and age > oldest_s:
        return _("{lag:.0f} records waiting, and nothing was stored for {age:.0f} s").format(
            lag=lag, age=age
        )
    return ""


def main(arguments: list[str]) -> int:
    """Ask the worker on a port; print what is wrong and return the exit code."""
    port, oldest_s = int(arguments[0]), float(arguments[1]) if arguments[1:] else OLDEST_S
    try:
        with urlopen(f"http://{HOST}:{port}/metrics", timeout=_ANSWER_S) as answer:
            text = answer.read().decode()
    except (URLError, OSError) as error:
        said = _("no worker answers on port {port}: {reason}").format(
            port=port, reason=clean(error, 200)
        )
    else:
        said = fault(text, time.time(), oldest_s)
    sys.stdout.write((said or _("sound")) + "\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
