"""The figures people look at, as a pipeline's definition names them: totals, lists, series."""

from core.kpis.model import Figure, KpiRows, Kpis
from core.kpis.read import read_kpis

__all__ = ["Figure", "KpiRows", "Kpis", "read_kpis"]
