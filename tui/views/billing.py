"""What a look costs on Snowflake: a query wakes the warehouse, which is billed; a SHOW does not."""

from core.config import Settings
from core.operations.explorer import REMOTE_S
from core.operations.snapshot import ControllerSnapshot
from core.text import _, clean
from tui.styled_text import Line, Span, line
from tui.views.frame import Frame


def asked_every(now: ControllerSnapshot, seconds: float) -> str:
    """Return how often something is asked, and that it is billed where it is."""
    if now.warehouse == "snowflake":
        return _("every {seconds} s, billed").format(seconds=int(seconds))
    return _("every {seconds} s").format(seconds=int(seconds))


def billing(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return which looks of the console wake the warehouse and which do not; none on DuckDB."""
    if now.warehouse != "snowflake":
        return []
    kpis = (
        _("KPIs every {seconds} s").format(seconds=int(now.figures_every_s))
        if now.figures_every_s
        else _("KPIs manual")
    )
    told = _("billed: this pane every {seconds} s, {kpis}, each validation; not the state of tasks")
    text = told.format(seconds=int(REMOTE_S), kpis=kpis)
    if len(text) > frame.width:
        text = _("billed: this pane, KPIs, each validation; not the state of tasks")
    return [line(Span(text, "dim"))]


def asked_once(settings: Settings) -> str:
    """Return which warehouse answers, and what asking it costs; it is only read."""
    if settings.engine.is_remote:
        return _("{warehouse}, read-only; each query wakes the warehouse, billed").format(
            warehouse=clean(settings.warehouse_label, 60)
        )
    return _("{warehouse}, read-only").format(warehouse=clean(settings.warehouse_label, 60))
