"""What became of damaged records."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Repair:
    """Event ids of records that were put back, and why others were not (id and reason)."""

    repaired: Sequence[str] = ()
    left: Sequence[tuple[str, str]] = ()
