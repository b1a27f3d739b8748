"""How often a record was replayed: a header of its own tells."""

from core.warehouse.model import StoredDeadLetter

REDELIVERY_HEADER = "dropship-redeliveries"
"""Header that says how often a record was replayed, as decimal digits."""


def redeliveries(letter: StoredDeadLetter) -> int:
    """Return how often a record had been replayed before it came here."""
    for name, value in letter.headers:
        if name == REDELIVERY_HEADER and value is not None and value.isdigit():
            return int(value)
    return 0
