"""What fixes something, as data: an action of the console, and the command that does it outside.

A check, a finding of the doctor or an error carries remedies; each front end names them in its own
way: the console by the key that is bound to the action, jobs and reports by the command.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.text import _


@dataclass(frozen=True)
class Remedy:
    """One way to fix something.

    action: id of a binding of the console. command: whole, as a shell takes it.
    """

    action: str
    command: str

    @property
    def outside(self) -> str:
        """What to do without the console."""
        return _("run `{command}`").format(command=self.command)


MERGE = Remedy("warehouse.merge", "dropship --run transform")
LOAD = Remedy("warehouse.load", "dropship --run load")
SET_UP = Remedy("warehouse.setup", "dropship --run setup")
CONSUME = Remedy("consumer.start", "dropship --run consume --until-caught-up")
GENERATE = Remedy("seed.generate", "dropship --run seed")
REPLAY = Remedy("events.replay_all", "dropship --run dlq --replay")
REPAIR = Remedy("warehouse.repair", "dropship --run validate --repair")
EXAMINE = Remedy("doctor.run", "dropship --run doctor")

REMEDIES = (MERGE, LOAD, SET_UP, CONSUME, GENERATE, REPLAY, REPAIR, EXAMINE)
"""All that anything may name."""


def outside(remedies: Iterable[Remedy], advice: str = "") -> str:
    """Return the commands of remedies and advice in words, as one line; empty for none."""
    return _("; ").join(filter(None, (*(remedy.outside for remedy in remedies), advice)))
