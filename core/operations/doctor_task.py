"""The doctor's checks in a controller: an open warehouse is examined by this process."""

from collections.abc import Callable, Iterator, Sequence

from core.clock import Clock
from core.config import Settings
from core.doctor.model import CheckGroup, DoctorContext, Finding, fail, ok
from core.doctor.run import CHECK_GROUPS, examine
from core.doctor.warehouse import WAREHOUSE
from core.operations.task import Task
from core.remedies import SET_UP
from core.text import _, clean
from core.validation import schema
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.base import Warehouse


def run_doctor(
    settings: Settings,
    clock: Clock,
    task: Task[tuple[Finding, ...]],
    warehouse: Warehouse | None,
    found: Callable[[Sequence[Finding]], None],
) -> tuple[Finding, ...]:
    """Return a finding for each check. warehouse: the open one; None to let the doctor open it."""
    groups = list(CHECK_GROUPS)
    if warehouse is not None:
        groups = [_open_group(warehouse) if one is WAREHOUSE else one for one in groups]
    findings = examine(
        settings,
        clock=clock,
        progress=task,
        cancelled=task.stop.is_set,
        found=found,
        groups=groups,
    )
    return tuple(findings)


def _open_group(warehouse: Warehouse) -> CheckGroup:
    def look(doctor: DoctorContext) -> Iterator[Finding]:
        file = doctor.settings.paths.warehouse_file
        yield ok("warehouse", _("{file}: open in this console").format(file=clean(file)))
        context = CheckContext(
            warehouse,
            doctor.settings.thresholds,
            doctor.clock.now(),
            pipeline=doctor.settings.pipeline,
        )
        result = schema.check(context)
        if doctor.topic is not None:
            doctor.stored = warehouse.stored_offsets(doctor.topic.identity)
        if result.status is Status.PASS:
            yield ok("tables", clean(result.message))
        else:
            yield fail(
                "tables",
                clean(result.message),
                _("it creates what is missing and never changes what is there"),
                result.remedies or (SET_UP,),
            )

    return CheckGroup(WAREHOUSE.names, look)
