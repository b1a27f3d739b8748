"""Reads KPIs through the warehouse seam: three short queries, none of which loses an order.

Each read sees one state of the warehouse; between two of them a merge may land, so the lists can
be a moment newer than the totals.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal

from core.kpis.model import CategoryShare, DayRevenue, Kpis, RecentOrder, TopProduct
from core.text import clean
from core.warehouse.base import Warehouse

_CENT = Decimal("0.01")
_EXACT = Context(prec=40)
"""Wide enough for any sum a warehouse can hold (38 digits)."""


def read_kpis(warehouse: Warehouse, *, as_of: datetime | None = None) -> Kpis:
    """Return the KPIs for the 24 hours up to `as_of` (default: the newest sale).

    Errors: WarehouseError.
    """
    bound = None if as_of is None else _bound(as_of)
    (row,) = warehouse.rows("kpi_totals", [bound])
    moment, total, revenue, orders_24h, orders_prev, revenue_24h, revenue_prev = row
    return Kpis(
        total_orders=int(total),
        total_revenue=_euros(revenue),
        orders_24h=int(orders_24h),
        orders_prev_24h=int(orders_prev),
        revenue_24h=_euros(revenue_24h),
        revenue_prev_24h=_euros(revenue_prev),
        as_of=_utc(moment) if total else None,
        top_products=_top_products(warehouse),
        recent_orders=_recent_orders(warehouse),
    )


def revenue_by_day(warehouse: Warehouse, days: int) -> list[DayRevenue]:
    """Return the last `days` UTC days up to that of the newest sale, oldest first.

    Days without a sale are there with zero; without any order the list is empty.
    Errors: WarehouseError.
    """
    found: dict[date, DayRevenue] = {}
    for day, orders, revenue in warehouse.rows("kpi_revenue_by_day", [days]):
        found[day] = DayRevenue(day, int(orders), _euros(revenue))
    if not found:
        return []
    newest = max(found)
    wanted = (newest - timedelta(days=back) for back in reversed(range(days)))
    return [found.get(day, DayRevenue(day, 0, Decimal("0.00"))) for day in wanted]


def category_split(warehouse: Warehouse) -> list[CategoryShare]:
    """Return the share of each category, highest revenue first. Errors: WarehouseError."""
    return [
        CategoryShare(_name(category), int(orders), int(quantity), _euros(revenue))
        for category, orders, quantity, revenue in warehouse.rows("kpi_category_split")
    ]


def _top_products(warehouse: Warehouse) -> tuple[TopProduct, ...]:
    return tuple(
        TopProduct(
            product_id=clean(product_id),
            product_name=_name(name),
            category=_name(category),
            total_quantity=int(quantity),
            total_revenue=_euros(revenue),
            order_count=int(orders),
        )
        for product_id, name, category, quantity, revenue, orders in warehouse.rows(
            "kpi_top_products"
        )
    )


def _recent_orders(warehouse: Warehouse) -> tuple[RecentOrder, ...]:
    return tuple(
        RecentOrder(
            order_id=clean(order_id),
            customer_name=_name(customer),
            product_name=_name(product),
            quantity=int(quantity),
            unit_price=_euros(price),
            sold_at=_utc(sold_at),
        )
        for order_id, customer, product, quantity, price, sold_at in warehouse.rows(
            "kpi_recent_orders"
        )
    )


def _bound(moment: datetime) -> str:
    """Return a moment as the warehouses read it: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _utc(stored: datetime) -> datetime:
    """Return a stored time, which carries no zone and is UTC, with its zone."""
    return stored.replace(tzinfo=UTC)


def _euros(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(_CENT, context=_EXACT)


def _name(value: object) -> str | None:
    return None if value is None else clean(value)
