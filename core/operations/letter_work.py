"""What is done about dead letters from a screen: replayed, also edited; dismissed, and taken back.

A dismissal is a decision of a person that nothing is to be done about a letter: it stays in the
warehouse with who, when and why, is counted apart by the checks, and can be taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.clock import Clock, naive_utc
from core.dlq.edits import Edit
from core.errors import UsageError
from core.operations.backends import Backends
from core.operations.task import Task, TaskSnapshot
from core.query.letters import Narrowing, matching_ids
from core.text import _
from core.warehouse.base import Warehouse

_CHUNK = 1_000
"""Letters of one statement: between two of them it can be cancelled."""
_LONGEST_WHY = 500


@dataclass(frozen=True)
class Chosen:
    """Dead letters by their ids or, where `narrowing` is given, all that match it by then."""

    ids: tuple[str, ...] = ()
    narrowing: Narrowing | None = None

    def found(self, warehouse: Warehouse) -> tuple[str, ...]:
        """Return the ids that are meant now. Errors: WarehouseError."""
        return self.ids if self.narrowing is None else matching_ids(warehouse, self.narrowing)


@dataclass(frozen=True)
class Decided:
    """What a decision changed. dismissed: else it took dismissals back. asked: letters meant."""

    dismissed: bool
    changed: int
    asked: int
    cancelled: bool = False


class LetterWork:
    """Dismisses and takes back in a task; lets `replay` publish. Any thread may call it.

    allowed: asked before anything is started. changed: called when the warehouse holds something
    else. replay: publishes letters again; returns False while that is under way already.
    """

    def __init__(
        self,
        backends: Backends,
        clock: Clock,
        replay: Callable[[Chosen, Sequence[Edit]], bool],
    ) -> None:
        self._backends = backends
        self._clock = clock
        self._replay = replay
        self.allowed: Callable[[], bool] = lambda: True
        self.changed: Callable[[], None] = lambda: None
        self._task: Task[Decided] = Task("dismissal", clock)

    @property
    def latest(self) -> TaskSnapshot[Decided]:
        """The present moment of what is decided."""
        return self._task.latest

    def replay(self, chosen: Chosen, edits: Sequence[Edit] = ()) -> bool:
        """Publish letters again, some of them with another payload."""
        return self.allowed() and self._backends.ready and self._replay(chosen, tuple(edits))

    def dismiss(self, chosen: Chosen, why: str, who: str) -> bool:
        """Decide that nothing is to be done about letters. Errors: UsageError without a reason."""
        reason = why.strip()[:_LONGEST_WHY]
        if not reason:
            raise UsageError(
                _("a dismissal needs a reason"), hint=_("write why nothing is to be done")
            )
        return self._decide(chosen, dismissed=True, given=[who[:_LONGEST_WHY], reason])

    def restore(self, chosen: Chosen) -> bool:
        """Take dismissals back: the letters wait again."""
        return self._decide(chosen, dismissed=False, given=[])

    def cancel(self) -> None:
        """End a decision under way: what is done is done, the rest stays as it was."""
        self._task.cancel()

    def close(self, within_s: float) -> None:
        """End it; blocks for at most so many seconds."""
        self._task.close()
        self._task.join(within_s)

    def _decide(self, chosen: Chosen, *, dismissed: bool, given: Sequence[str]) -> bool:
        if not self.allowed() or self._backends.warehouse is None:
            return False
        return self._task.run(lambda: self._decided(chosen, dismissed=dismissed, given=given))

    def _decided(self, chosen: Chosen, *, dismissed: bool, given: Sequence[str]) -> Decided:
        warehouse = self._backends.the_warehouse()
        name = _("dismiss") if dismissed else _("take back")
        ids = chosen.found(warehouse)
        self._task.start(name, len(ids), _("dead letters"))
        done = changed = 0
        try:
            while done < len(ids) and not self._task.stop.is_set():
                part = list(ids[done : done + _CHUNK])
                ((fit,),) = warehouse.rows("letters_counted", [int(not dismissed), part])
                if dismissed:
                    now = naive_utc(self._clock.now())
                    warehouse.execute("dismiss_letters", [now, *given, part])
                else:
                    warehouse.execute("restore_letters", [part])
                done, changed = done + len(part), changed + int(fit)
                self._task.update(name, done)
        finally:
            self.changed()
        return Decided(dismissed, changed, len(ids), cancelled=done < len(ids))
