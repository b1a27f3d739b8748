"""Whether a console itself does what would stand still while its process is stopped."""

from core.operations.snapshot import ControllerSnapshot
from core.workers import FINAL_STATES


def works_here(now: ControllerSnapshot) -> bool:
    """Return whether a worker or a task of this process is under way; that of a service is not."""
    if now.attached:
        return False
    workers = (now.producer, now.consumer, now.merge)
    upkeep = now.upkeep
    tasks = (now.seed, now.validation, now.demo)
    kept = (upkeep.merge, upkeep.load, upkeep.setup, upkeep.repair)
    return any(worker.state not in FINAL_STATES for worker in workers) or any(
        task.running for task in (*tasks, *kept)
    )
