"""What the warehouse says of the business, read at once for a screen."""

from core.kpis.read import category_split, read_kpis, revenue_by_day
from core.operations.snapshot import Figures
from core.validation.model import Totals, utc
from core.warehouse.base import Warehouse
from core.warehouse.snowflake.task import read_tasks

_DAYS = 366


def read_figures(warehouse: Warehouse) -> Figures:
    """Return KPIs, revenue by day and by category, the newest order's moment, rows and tasks.

    Errors: WarehouseError.
    """
    ((_count, newest, _raw),) = warehouse.rows("validate_freshness")
    (counts,) = warehouse.rows("validate_totals")
    return Figures(
        read_kpis(warehouse),
        tuple(revenue_by_day(warehouse, _DAYS)),
        tuple(category_split(warehouse)),
        None if newest is None else utc(newest),
        Totals(*(int(count) for count in counts)),
        read_tasks(warehouse, runs=False),
    )
