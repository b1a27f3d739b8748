"""What the upkeep of a warehouse did last, for whoever shows it."""

from dataclasses import dataclass, field
from typing import Any

from core.jobs.load import LoadResult
from core.jobs.setup import SetupResult
from core.operations.task import TaskSnapshot
from core.validation.repaired import Repair
from core.warehouse.model import MergeResult


@dataclass(frozen=True)
class UpkeepSnapshot:
    """One moment of the tasks that are done when a key asks for them."""

    merge: TaskSnapshot[MergeResult] = field(default_factory=TaskSnapshot)
    load: TaskSnapshot[LoadResult] = field(default_factory=TaskSnapshot)
    setup: TaskSnapshot[SetupResult] = field(default_factory=TaskSnapshot)
    repair: TaskSnapshot[Repair] = field(default_factory=TaskSnapshot)

    @property
    def latest(self) -> tuple[str, TaskSnapshot[Any]] | None:
        """The task under way, else the one that ended last, with its name; None before any."""
        named: tuple[tuple[str, TaskSnapshot[Any]], ...] = (
            ("merge", self.merge),
            ("load", self.load),
            ("setup", self.setup),
            ("repair", self.repair),
        )
        for name, task in named:
            if task.running:
                return name, task
        ended = [(task.ended_at, name, task) for name, task in named if task.ended_at is not None]
        if not ended:
            return None
        _at, name, task = max(ended, key=lambda one: one[0])
        return name, task
