"""Credits that the compute warehouse used, as far as the role may see them."""

from decimal import Decimal

from core.errors import WarehouseError
from core.text import _
from core.text.number_format import decimal
from core.warehouse.base import Warehouse


def read_credits(warehouse: Warehouse) -> str:
    """Return what to say of the credits of the last 24 hours; empty on DuckDB. Raises nothing."""
    if not warehouse.engine.has_tasks:
        return ""
    try:
        ((used,),) = warehouse.rows("warehouse_credits")
    except WarehouseError:
        return _("not visible to the role")
    if used is None:
        return _("none in 24 h, or not visible to the role")
    return _("{used} in 24 h").format(used=decimal(Decimal(used), 2))
