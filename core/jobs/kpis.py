"""`kpis`: totals, the last 24 hours, top products and recent orders."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.clock import iso
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary, Table
from core.kpis.model import Kpis
from core.kpis.read import read_kpis
from core.text import _
from core.text.amounts import orders
from core.text.figures import count, decimal


@dataclass(frozen=True)
class Options:
    """watch: read again every so many seconds until a stop; None is once."""

    watch: float | None = None


@dataclass(frozen=True)
class KpisResult:
    """The figures of one moment."""

    figures: Kpis

    @property
    def bad(self) -> str:
        """Nothing: figures are never bad."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return self.figures.to_json()

    def summary(self) -> Summary:
        """Return the totals, top products and recent orders."""
        now = self.figures
        lines = [
            _("{orders}, revenue {revenue} EUR").format(
                orders=orders(now.total_orders), revenue=decimal(now.total_revenue, 2)
            )
        ]
        if now.as_of is not None:
            lines.append(
                _(
                    "24 hours up to {as_of}: {orders} ({before} before), "
                    "revenue {revenue} EUR ({revenue_before} EUR before)"
                ).format(
                    as_of=iso(now.as_of),
                    orders=count(now.orders_24h),
                    before=count(now.orders_prev_24h),
                    revenue=decimal(now.revenue_24h, 2),
                    revenue_before=decimal(now.revenue_prev_24h, 2),
                )
            )
        top = [
            (
                row.product_name or row.product_id,
                row.category or "",
                row.total_quantity,
                _euros(row.total_revenue),
                row.order_count,
            )
            for row in now.top_products
        ]
        recent = [
            (
                _stamp(row.sold_at),
                row.customer_name or "",
                row.product_name or "",
                row.quantity,
                _euros(row.unit_price),
            )
            for row in now.recent_orders[:5]
        ]
        tables = [
            Table(
                (_("product"), _("category"), _("pieces"), _("revenue"), _("orders")),
                top,
                _("top products"),
            ),
            Table(
                (_("sold at"), _("customer"), _("product"), _("pieces"), _("price")),
                recent,
                _("recent orders"),
            ),
        ]
        return Summary(lines=tuple(lines), tables=[table for table in tables if table.rows])


def run(context: JobContext, options: Options) -> KpisResult:
    """Read the figures; with `watch` until a stop is wanted."""
    with open_warehouse(context) as warehouse:
        result = KpisResult(read_kpis(warehouse))
        while options.watch is not None and not context.stopping:
            context.note(result.fields())
            context.show(result)
            context.wait(options.watch)
            result = KpisResult(read_kpis(warehouse))
    return result


def _euros(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _stamp(moment: datetime) -> str:
    return iso(moment)[:19].replace("T", " ")
