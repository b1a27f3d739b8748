"""What is read on the normal screen once the console is gone: what was done, what is lost."""

import sys
from contextlib import suppress

from core.consumer.unstored import lost_text
from core.operations.base import PipelineController
from core.operations.leaving import Farewell, tell_lost
from core.text import _, clean
from core.text.amounts import dead_letters
from core.text.number_format import count
from core.threads import WatchedThread

_COUNT_S = 1.0


def print_exit_summary(controller: PipelineController) -> int:
    """Write what was done to stdout and what is lost to stderr; return how many are lost.

    A controller that is not closed loses what nobody has stored up to now.
    """
    farewell = controller.farewell
    if farewell is None:
        farewell = Farewell(controller.done, _count(controller), _("it was ended at once"))
        tell_lost(farewell.unstored, farewell.why)
    if farewell.done.anything:
        with suppress(OSError, ValueError):
            sys.stdout.write(f"dropship: {summary(farewell)}\n")
            sys.stdout.flush()
    lost = farewell.unstored or 0
    if lost:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"dropship: {_loss(farewell, lost)}\n")
            sys.stderr.flush()
    return lost


def summary(farewell: Farewell) -> str:
    """Return what was done, one line."""
    done = farewell.done
    parts = [
        _("{count} published").format(count=count(done.published)),
        _("{count} stored").format(count=count(done.stored)),
        dead_letters(done.dead_lettered) if done.dead_lettered else "",
        _("{count} merged").format(count=count(done.merged)),
    ]
    if farewell.unstored is not None:
        parts.append(_("{count} not stored").format(count=count(farewell.unstored)))
    return " · ".join(part for part in parts if part)


def _loss(farewell: Farewell, lost: int) -> str:
    text = lost_text(lost)
    return f"{text} ({clean(farewell.why, 300)})" if farewell.why else text


def _count(controller: PipelineController) -> int | None:
    """Count what is not stored; whoever is in a hurry gets the last count after a second."""
    counting = WatchedThread("last-count", controller.count_unstored)
    counting.start()
    counting.join(_COUNT_S)
    return controller.snapshot().unstored
