"""The figures of the KPIs as a list: each leads to the rows behind it."""

from core.query.behind import BehindFigure, behind_kpis
from core.text import N_, _, clean
from tui.causes import OpenBehind
from tui.row_table import Row, RowTable, column
from tui.screens.list_screen import ListScreen
from tui.styled_text import Line, Span, line
from tui.widgets.rows_view import RowsView


class FiguresScreen(ListScreen):
    """Shows the figures as they are while it is open."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: object = None

    def head(self) -> list[Line]:
        """Return what to choose."""
        return [line(" ", Span(_("What is behind which figure?"), "bold"))]

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        return [("list.leave", _("back")), ("list.open", _("rows behind it"))]

    def draw_rows(self, rows: RowsView) -> None:
        """Show the figures."""
        controller = self.console.controller
        figures = controller.snapshot().figures.value
        if figures is None or figures.kpis is self._drawn:
            return
        self._drawn = figures.kpis
        columns = (
            column(N_("list"), 24),
            column(N_("figure"), 30, stretch=True),
            column(N_("value"), 18, right=True),
            column(N_("leads to"), 34, stretch=True),
        )
        found = behind_kpis(figures.kpis, controller.settings.pipeline.definition)
        listed = tuple(
            Row(
                f"{number}/{one.part}/{one.name}",
                (
                    Span(one.part, "dim"),
                    one.name,
                    "" if one.value is None else clean(one.value, 30),
                    Span(_leads_to(one), "accent"),
                ),
                one,
            )
            for number, one in enumerate(found)
        )
        table = RowTable(columns, listed, name="figures")
        rows.show_table(table, ascii_only=self.console.ascii_only)

    def action_open(self) -> None:
        """Show the rows behind the figure under the cursor."""
        row = self.rows_view.choose()
        if row is not None and isinstance(row.source, BehindFigure):
            self.app.post_message(OpenBehind(row.source.behind))


def _leads_to(one: BehindFigure) -> str:
    """Return what Enter shows, in a few words."""
    behind = one.behind
    if behind.key:
        return _("trace of {key}").format(key=clean(behind.key, 60))
    told = ", ".join(f"{name} = {clean(texts[0], 40)}" for name, texts in behind.where)
    return clean(f"{behind.table} · {told}" if told else behind.table, 120)
