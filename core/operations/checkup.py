"""The doctor's visit to a desk: the warehouse is looked at where it is open, by this process."""

from collections.abc import Callable, Iterator, Sequence

from core.clock import Clock
from core.config import Settings
from core.doctor.model import Examination, Finding, Section, fail, ok
from core.doctor.run import SECTIONS, examine
from core.doctor.warehouse import WAREHOUSE
from core.operations.task import Task
from core.remedies import SET_UP
from core.text import _, clean
from core.validation import schema
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.base import Warehouse


def check_up(
    settings: Settings,
    clock: Clock,
    task: Task[tuple[Finding, ...]],
    warehouse: Warehouse | None,
    found: Callable[[Sequence[Finding]], None],
) -> tuple[Finding, ...]:
    """Return a finding for each check. warehouse: the open one; None to let the doctor open it."""
    sections = list(SECTIONS)
    if warehouse is not None:
        sections = [_open_section(warehouse) if one is WAREHOUSE else one for one in sections]
    findings = examine(
        settings,
        clock=clock,
        progress=task,
        cancelled=task.stop.is_set,
        found=found,
        sections=sections,
    )
    return tuple(findings)


def _open_section(warehouse: Warehouse) -> Section:
    def look(visit: Examination) -> Iterator[Finding]:
        file = visit.settings.paths.warehouse_file
        yield ok("warehouse", _("{file}: open in this console").format(file=clean(file)))
        context = CheckContext(
            warehouse,
            visit.settings.thresholds,
            visit.clock.now(),
            pipeline=visit.settings.pipeline,
        )
        result = schema.check(context)
        if visit.topic is not None:
            visit.stored = warehouse.stored_offsets(visit.topic.identity)
        if result.status is Status.PASS:
            yield ok("tables", clean(result.message))
        else:
            yield fail(
                "tables",
                clean(result.message),
                _("it creates what is missing and never changes what is there"),
                result.remedies or (SET_UP,),
            )

    return Section(WAREHOUSE.names, look)
