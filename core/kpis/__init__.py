"""The figures people look at: totals, the last day against the day before, best sellers."""

from core.kpis.model import CategoryShare, DayRevenue, Kpis, RecentOrder, TopProduct
from core.kpis.read import category_split, read_kpis, revenue_by_day

__all__ = [
    "CategoryShare",
    "DayRevenue",
    "Kpis",
    "RecentOrder",
    "TopProduct",
    "category_split",
    "read_kpis",
    "revenue_by_day",
]
