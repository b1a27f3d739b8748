"""Moments that explain a chart: when something started, stopped, failed, alerted or was checked."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MarkKind(Enum):
    """What happened."""

    STARTED = "started"
    STOPPED = "stopped"
    FAILED = "failed"
    ALERTED = "alerted"
    CHECKED = "checked"


@dataclass(frozen=True)
class Mark:
    """One moment (UTC). what: the worker or rule it is about; empty for the checks."""

    at: datetime
    kind: MarkKind
    what: str = ""
