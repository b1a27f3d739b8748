"""What a replay did, for whoever shows it; light, where `replaying` loads the clients."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReplayResult:
    """What a replay did. asked: letters it was given. gone: those that did not wait any more.

    of_merge: those left out because the raw table holds them. cancelled: whether it was ended
    before all others were published.
    """

    published: int
    asked: int
    gone: int = 0
    of_merge: int = 0
    cancelled: bool = False

    @property
    def left(self) -> int:
        """Letters that still wait because the replay was cancelled."""
        return self.asked - self.published - self.gone - self.of_merge if self.cancelled else 0
