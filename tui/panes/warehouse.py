"""The warehouse pane."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.jobs import load
from core.operations.inspect import MergeRun, StoredGap, StoredOffset
from core.operations.snapshot import ControllerSnapshot
from core.query.behind import Behind
from core.text import N_, _, clean
from core.warehouse.model import TableFacts
from tui.causes import OpenBehind
from tui.dialogs.row_details import RowDetails
from tui.export_tables import Cells, Sheet, time_of, whole
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.frame import Frame, keyed
from tui.views.warehouse import PARTS, row_details, warehouse_head, warehouse_table


def _table(table: TableFacts) -> Cells:
    return table.name, table.rows, table.bytes


def _merge(run: MergeRun) -> Cells:
    counts = (run.inserted, run.updated, run.deleted, run.stale, run.quarantined)
    return time_of(run.started_at), *counts, round(run.duration_s, 6), round(run.delay_s, 6)


def _offset(one: StoredOffset) -> Cells:
    return (
        one.topic,
        one.source_id,
        one.partition,
        one.start_offset,
        one.next_offset,
        one.skipped,
        time_of(one.updated_at),
    )


def _gap(gap: StoredGap) -> Cells:
    reason = whole(gap.reason)
    return (
        whole(gap.topic),
        gap.partition,
        gap.from_offset,
        gap.to_offset - 1,
        reason,
        time_of(gap.noticed_at),
    )


class WarehousePane(RowsPane):
    """Shows tables, merges, offsets and gaps, and how long questions take."""

    NAME, NUMBER, TITLE, EXTRA = "warehouse", "7", N_("Warehouse"), True
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "warehouse_tables": Sheet("table rows bytes", _table),
        "warehouse_merges": Sheet(
            ("started_at inserted updated deleted stale quarantined duration_s delay_s"), _merge
        ),
        "warehouse_offsets": Sheet(
            ("topic source_id partition start_offset next_offset skipped updated_at"), _offset
        ),
        "warehouse_gaps": Sheet("topic partition first_lost last_lost reason noticed_at", _gap),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "switch(1)",
            N_("next tab"),
            id="warehouse.switch",
            tooltip=N_("tables, merges, offsets, gaps"),
        ),
        Binding("shift+tab", "switch(-1)", N_("previous tab"), id="warehouse.back", show=False),
        Binding("r", "again", N_("refresh"), id="warehouse.again"),
        Binding(
            "m",
            "merge",
            N_("merge now"),
            id="warehouse.merge",
            tooltip=N_("merge what the raw table holds into orders, now"),
        ),
        Binding(
            "l",
            "load",
            N_("load"),
            id="warehouse.load",
            tooltip=N_("load customers and products from the seed files"),
        ),
        Binding(
            "s",
            "setup",
            N_("set up"),
            id="warehouse.setup",
            tooltip=N_("create what is missing of the warehouse, and of the topic on a cluster"),
        ),
        Binding(
            "p",
            "repair",
            N_("repair"),
            id="warehouse.repair",
            tooltip=N_("put damaged records back from the topic"),
        ),
        Binding(
            "x",
            "cancel",
            N_("cancel"),
            id="warehouse.cancel",
            tooltip=N_("cancel merge, load, setup or repair; what is done stays"),
        ),
    ]

    CHANGES = frozenset(
        f"warehouse.{name}" for name in ("merge", "load", "setup", "repair", "cancel")
    )

    def __init__(self) -> None:
        super().__init__()
        self._part = PARTS[0]

    @property
    def wants(self) -> str:
        """Which reading the controller should keep fresh while this pane is seen."""
        return "warehouse"

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return sizes, backlog, query times."""
        return warehouse_head(now, frame, self._part)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        return (self._part, now.explored.inspection.value)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return the chosen list."""
        return warehouse_table(now.explored.inspection.value, self._part, frame.formats)

    @property
    def sheet(self) -> str:
        """The chosen list."""
        return f"warehouse_{self._part}"

    def status(self, now: ControllerSnapshot) -> str:
        """Return which warehouse it is."""
        return now.warehouse

    def open_row(self, row: Row) -> None:
        """Show the rows of a table; of the other lists a row with a line for each column."""
        if isinstance(row.source, TableFacts):
            self.post_message(OpenBehind(Behind(row.source.name)))
            return
        table = self.table_now
        self.show_details(
            RowDetails(
                row.key, lambda frame: row_details(table, row, frame.width), self.frame_now()
            )
        )

    @property
    def part(self) -> str:
        """The list that is shown."""
        return self._part

    def show_part(self, part: str) -> None:
        """Show one of the lists."""
        if part in PARTS and part != self._part:
            self._part = part
            self.rows_view.start_over()

    def action_switch(self, step: int) -> None:
        """Show the next list."""
        self._part = PARTS[(PARTS.index(self._part) + step) % len(PARTS)]
        self.rows_view.start_over()
        self.console.tick()

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: one piece of upkeep at a time."""
        if action not in self.CHANGES:
            return True
        latest = now.upkeep.latest
        running = latest is not None and latest[1].running
        return running == (action == "warehouse.cancel")

    def action_merge(self) -> None:
        """Merge now."""
        self._start(self.controller.upkeep.merge)

    def action_load(self) -> None:
        """Load the reference tables from the files that the seed pane makes."""
        files = load.Options(input=self.console.seed_folder)
        self._start(lambda: self.controller.upkeep.load(files))

    def action_setup(self) -> None:
        """Create what is missing; ask where that is on a server."""
        settings = self.controller.settings
        lines = [
            _("Creates what is missing in {warehouse}; nothing is dropped or emptied.").format(
                warehouse=settings.warehouse_label
            )
        ]
        if settings.kafka.bootstrap_servers is not None:
            topic = clean(settings.kafka.topic, 60)
            lines.append(_("Looks for the topic {topic}.").format(topic=topic))
        here = not settings.engine.is_remote and settings.kafka.bootstrap_servers is None
        self.console.confirm(
            here or self.controller.read_only,
            _("Set up the warehouse?"),
            lines,
            lambda: self._start(self.controller.upkeep.set_up),
        )

    def action_repair(self) -> None:
        """Put damaged records back, after a yes: it writes over what is stored."""
        upkeep = self.controller.upkeep
        self.console.confirm(
            self.controller.read_only or bool(upkeep.refusal),
            _("Repair damaged records?"),
            [
                _("Every stored record is read back and compared with its checksum."),
                _("Those that differ are replaced by the bytes of the topic, or of a copy."),
                _("Their orders are merged again; nothing else is changed."),
            ],
            lambda: self._start(upkeep.repair),
        )

    def action_cancel(self) -> None:
        """End merge, load, setup or repair."""
        if not self.controller.upkeep.cancel():
            self.console.refuse(_("Nothing is under way that could be cancelled."))
        self.console.tick()

    def _start(self, begin: Callable[[], bool]) -> None:
        """Start a task; say why not where it does not start."""
        refusal = keyed(
            self.controller.upkeep.refusal, {"x": "warehouse.cancel"}, self.console.key_of
        )
        if not begin() and not self.controller.read_only:
            now = self.controller.snapshot()
            self.console.refuse(refusal if now.ready else now.opening.error or refusal)
        self.console.tick()

    def action_again(self) -> None:
        """Read the warehouse now."""
        self.controller.explorer.look_again()
