"""What the warehouse says of the business, read at once for a screen."""

from collections.abc import Sequence

from core.clock import utc
from core.kpis.read import read_kpis
from core.operations.snapshot import Figures
from core.pipeline.kpis import Kpi
from core.validation.model import Totals
from core.warehouse.base import Warehouse
from core.warehouse.snowflake.task import read_tasks


def read_figures(warehouse: Warehouse, kpis: Sequence[Kpi]) -> Figures:
    """Return all KPIs of a definition, when the newest row was ingested, rows and tasks.

    Errors: WarehouseError; ConfigError for a query that does not fit its definition.
    """
    ((_count, newest, _raw),) = warehouse.rows("validate_freshness")
    (counts,) = warehouse.rows("validate_totals")
    return Figures(
        read_kpis(warehouse, kpis),
        None if newest is None else utc(newest),
        Totals(*(int(count) for count in counts)),
        read_tasks(warehouse, runs=False),
    )
