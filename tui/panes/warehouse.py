"""The warehouse pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.snapshot import DeskSnapshot
from core.text import N_
from tui.lines import Line
from tui.panes.rows_pane import RowsPane
from tui.rows import Row, RowTable
from tui.screens.event_details import RowDetails
from tui.views.frame import Frame
from tui.views.warehouse import PARTS, row_details, warehouse_head, warehouse_table


class WarehousePane(RowsPane):
    """Shows tables, merges, offsets and gaps, and how long questions take."""

    NAME, NUMBER, TITLE, EXTRA = "warehouse", "7", N_("Warehouse"), True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "switch(1)",
            N_("next list"),
            id="warehouse.switch",
            tooltip=N_("tables, merges, offsets, gaps"),
        ),
        Binding("shift+tab", "switch(-1)", N_("list before"), id="warehouse.back", show=False),
        Binding("r", "again", N_("read now"), id="warehouse.again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._part = PARTS[0]

    @property
    def wants(self) -> str:
        """Which reading the desk should keep fresh while this pane is seen."""
        return "warehouse"

    def head(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return sizes, backlog, query times."""
        return warehouse_head(now, frame, self._part)

    def stamp(self, now: DeskSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        return (self._part, now.explored.inspection.value)

    def rows_of(self, now: DeskSnapshot, frame: Frame) -> RowTable:
        """Return the chosen list."""
        return warehouse_table(now.explored.inspection.value, self._part, frame.formats)

    @property
    def sheet(self) -> str:
        """The chosen list."""
        return f"warehouse_{self._part}"

    def status(self, now: DeskSnapshot) -> str:
        """Return which warehouse it is."""
        return now.warehouse

    def open_row(self, row: Row) -> None:
        """Show a row with a line for each column."""
        table = self.table_now
        self.app.push_screen(
            RowDetails(
                row.key, lambda frame: row_details(table, row, frame.width), self.frame_now()
            )
        )

    def action_switch(self, step: int) -> None:
        """Show the next list."""
        self._part = PARTS[(PARTS.index(self._part) + step) % len(PARTS)]
        self.rows_view.start_over()
        self.console.tick()

    def action_again(self) -> None:
        """Read the warehouse now."""
        self.desk.explorer.look_again()
