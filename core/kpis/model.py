"""KPI figures as frozen objects, and as JSON: money as strings with two decimals, times in UTC.

Names that came from a CSV file are already harmless here, so a screen may show them as they are.
None stands for a name that no table knows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.clock import iso


def money(amount: Decimal) -> str:
    """Return an amount in euros with two decimals, as JSON results carry it."""
    return f"{amount:.2f}"


@dataclass(frozen=True)
class TopProduct:
    """A best seller. total_quantity: pieces. total_revenue: euros."""

    product_id: str
    product_name: str | None
    category: str | None
    total_quantity: int
    total_revenue: Decimal
    order_count: int

    def to_json(self) -> dict[str, object]:
        """Return the row as it stands in results."""
        return {
            "product_id": self.product_id,
            "product_name": self.product_name,
            "category": self.category,
            "total_quantity": self.total_quantity,
            "total_revenue": money(self.total_revenue),
            "order_count": self.order_count,
        }


@dataclass(frozen=True)
class RecentOrder:
    """One of the newest orders. unit_price: euros. sold_at: UTC."""

    order_id: str
    customer_name: str | None
    product_name: str | None
    quantity: int
    unit_price: Decimal
    sold_at: datetime

    def to_json(self) -> dict[str, object]:
        """Return the row as it stands in results."""
        return {
            "order_id": self.order_id,
            "customer_name": self.customer_name,
            "product_name": self.product_name,
            "quantity": self.quantity,
            "unit_price": money(self.unit_price),
            "sold_at": iso(self.sold_at),
        }


@dataclass(frozen=True)
class Kpis:
    """The figures of one moment.

    as_of: end of the last 24 hours, UTC; None while there are no orders. The windows are
    (as_of - 24 h, as_of] and (as_of - 48 h, as_of - 24 h]; totals and lists cover all orders.
    Revenue in euros.
    """

    total_orders: int
    total_revenue: Decimal
    orders_24h: int
    orders_prev_24h: int
    revenue_24h: Decimal
    revenue_prev_24h: Decimal
    as_of: datetime | None
    top_products: tuple[TopProduct, ...]
    recent_orders: tuple[RecentOrder, ...]

    def to_json(self) -> dict[str, object]:
        """Return the figures as results carry them."""
        return {
            "total_orders": self.total_orders,
            "total_revenue": money(self.total_revenue),
            "orders_24h": self.orders_24h,
            "orders_prev_24h": self.orders_prev_24h,
            "revenue_24h": money(self.revenue_24h),
            "revenue_prev_24h": money(self.revenue_prev_24h),
            "as_of": None if self.as_of is None else iso(self.as_of),
            "top_products": [product.to_json() for product in self.top_products],
            "recent_orders": [order.to_json() for order in self.recent_orders],
        }


@dataclass(frozen=True)
class DayRevenue:
    """Orders and revenue (euros) of one UTC day."""

    day: date
    orders: int
    revenue: Decimal


@dataclass(frozen=True)
class CategoryShare:
    """Orders, pieces and revenue (euros) of one category; None: product or category unknown."""

    category: str | None
    orders: int
    quantity: int
    revenue: Decimal
