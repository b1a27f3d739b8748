"""How far the pipeline has gone on since its last verdict: an old PASS says nothing of the present.

Counted twice, and the greater counts: what our own consumer stored, which is known at once, and the
rows of the warehouse, which also hold what others stored and what came before this process.
"""

from core.operations.snapshot import ControllerSnapshot, SinceCheck
from core.validation.model import ValidationResult


class CheckAge:
    """Counts what came since the last verdict. Used by one thread, about once a second."""

    def __init__(self) -> None:
        self._result: ValidationResult | None = None
        self._before = SinceCheck()
        self._own = SinceCheck()

    def see(self, now: ControllerSnapshot) -> SinceCheck:
        """Take a moment; return what came since its verdict."""
        grown = self._grown(SinceCheck(now.consumer.inserted, now.consumer.dead_lettered))
        result = now.validation.result
        if result is not self._result:
            self._result, self._own = result, SinceCheck()
        elif grown.outdated:
            self._own = SinceCheck(
                self._own.events + grown.events, self._own.dead_letters + grown.dead_letters
            )
        return SinceCheck() if result is None else self._greater(now, result)

    def _grown(self, counts: SinceCheck) -> SinceCheck:
        """Return how far our consumer's counts went; a new consumer begins at zero."""
        before, self._before = self._before, counts
        if counts.events < before.events or counts.dead_letters < before.dead_letters:
            return counts
        return SinceCheck(counts.events - before.events, counts.dead_letters - before.dead_letters)

    def _greater(self, now: ControllerSnapshot, result: ValidationResult) -> SinceCheck:
        figures, at = now.figures.value, now.figures.at
        if figures is None or figures.totals is None or result.totals is None:
            return self._own
        if at is None or at < result.run_at:
            return self._own
        return SinceCheck(
            max(figures.totals.raw_events - result.totals.raw_events, self._own.events),
            max(figures.totals.dead_letters - result.totals.dead_letters, self._own.dead_letters),
        )
