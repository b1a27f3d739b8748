"""Tells what happened by itself, for a while: a demonstration that ended, what was refused."""

from collections.abc import Callable

from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.workers import FINAL_STATES


class Announcing:
    """Compares each moment with the one before. tell and refuse: show a message for a while."""

    def __init__(self, tell: Callable[[str], None], refuse: Callable[[str], None]) -> None:
        self._tell = tell
        self._refuse = refuse
        self._demo_ran = False
        self._refusals = 0

    def see(self, now: ControllerSnapshot) -> None:
        """Tell how the demonstration ended, and what a read-only controller has refused."""
        if self._demo_ran and not now.demo.running:
            if now.demo.error:
                self._refuse(_("The demonstration ended: {why}").format(why=now.demo.error))
            else:
                told = _("The demonstration is done: {status}.").format(status=now.demo.result)
                if now.consumer.state not in FINAL_STATES:
                    told += " " + _("Consumer and merge go on.")
                self._tell(told)
        self._demo_ran = now.demo.running
        count, reason = now.refused
        if count != self._refusals:
            self._refusals = count
            self._refuse(reason)
