"""Why records were not delivered: each reason once, with how many fell to it and how to fix it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.text import _
from core.text.number_format import count


@dataclass(frozen=True)
class DeliveryFailure:
    """One reason. count: records not delivered because of it.

    of_rights: a right was missing. unanswered: no broker took or refused them in time.
    """

    reason: str
    count: int
    hint: str
    of_rights: bool = False
    unanswered: bool = False

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"reason": self.reason, "count": self.count, "hint": self.hint}


def in_words(failures: Sequence[DeliveryFailure]) -> str:
    """Return reasons and counts as one line; empty without any."""
    return _("; ").join(f"{entry.reason} ({count(entry.count)})" for entry in failures)


def hints(failures: Sequence[DeliveryFailure]) -> str:
    """Return what fixes them, each once, as one line."""
    return _("; ").join(dict.fromkeys(entry.hint for entry in failures if entry.hint))
