"""Opens the broker and the warehouse that the settings name, for the jobs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.broker.base import Broker
from core.jobs.base import JobContext
from core.text import _
from core.warehouse.base import Warehouse

log = logging.getLogger(__name__)


@contextmanager
def open_warehouse(context: JobContext) -> Iterator[Warehouse]:
    """Yield the warehouse, closed at the end.

    A DuckDB file that another process has open is reached through that one. Errors: WarehouseError
    (out of reach, held by a process that does not share it), StorageError (damaged file).
    """
    warehouse = _warehouse(context)
    try:
        yield warehouse
    finally:
        warehouse.close()


def _warehouse(context: JobContext) -> Warehouse:
    """Return the warehouse that the settings name. Each engine imports its own heavy libraries."""
    if context.settings.snowflake is not None:
        from core.warehouse.snowflake.warehouse import SnowflakeWarehouse  # noqa: PLC0415

        return SnowflakeWarehouse(context.settings, clock=context.clock, stop=context.stop)
    from core.warehouse.shared.warehouse import SharedWarehouse  # noqa: PLC0415

    return SharedWarehouse(context.settings, clock=context.clock, stop=context.stop)


def told_tasks(context: JobContext, warehouse: Warehouse) -> tuple[str, ...]:
    """Log which tasks inside Snowflake do not work, and return it, a line each.

    None where this user merges by other means (SNOW_TRANSFORM=client), and on DuckDB.
    """
    snow = context.settings.snowflake
    if snow is None or snow.transform == "client":
        return ()
    from core.warehouse.snowflake.task import read_tasks  # noqa: PLC0415 - as above

    lines = tuple(task.line for task in read_tasks(warehouse) if task.is_in_trouble)
    for line in lines:
        log.warning(line)
    return lines


@contextmanager
def open_broker(context: JobContext, *, start_embedded: bool) -> Iterator[Broker]:
    """Yield a broker that answers, closed at the end. See `core.broker.connect`.

    Errors: BrokerError once it has not answered for `--timeout` seconds.
    """
    from core.broker.connect import connect_broker  # noqa: PLC0415 - loads the Kafka client

    task = _("waiting for the broker")
    told: set[str] = set()

    def waiting(reason: str) -> None:
        if not told:
            context.progress.start(task, None, "")
        if reason not in told:
            told.add(reason)
            log.warning(reason)
        context.progress.update(task, 0, reason)

    try:
        broker = connect_broker(
            context.settings,
            clock=context.clock,
            stop=context.stop,
            start_embedded=start_embedded,
            waiting=waiting,
        )
    finally:
        if told:
            context.progress.finish(task)
    try:
        yield broker
    finally:
        broker.close()
