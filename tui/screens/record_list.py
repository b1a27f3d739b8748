"""A list of records of a topic: each in full, the trace of its key, all of them as files."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.operations.state_file import export_rows
from core.operations.tail_record import TailRecord
from core.operations.trace import record_key
from core.pipeline.definition import Definition
from tui.causes import OpenTrace
from tui.dialogs.row_details import RowDetails
from tui.kept_rows import KeptRows
from tui.panes.event_sheets import SHEETS
from tui.screens.list_screen import ListScreen
from tui.views.events import record_details, record_parts, records_table

_NEXT_PIECE_S = 0.01


class RecordList(ListScreen):
    """The rows of its table stand for records."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = KeptRows()
        self._more_comes = False

    def show_records(
        self,
        name: str,
        records: Sequence[TailRecord],
        definition: Definition | None,
        *,
        follows: bool = True,
    ) -> None:
        """Show records, those that take long in pieces. name: of the list; follows: its top."""
        rows, console = self.rows_view, self.console
        table = records_table(tuple(records), console.formats, definition, self._kept)
        # A row under the cursor is not taken away for as long as others are made.
        here = rows.current
        if here is None or not self._kept.left or here.key in {row.key for row in table.rows}:
            table = replace(table, name=name, follow=table.follow if follows else "")
            rows.show_table(table, ascii_only=console.ascii_only)
        if self._kept.left and not self._more_comes:
            self._more_comes = True
            self.set_timer(_NEXT_PIECE_S, self._go_on)

    def _go_on(self) -> None:
        self._more_comes = False
        self.draw_rows(self.rows_view)

    @property
    def _chosen(self) -> TailRecord | None:
        row = self.rows_view.choose()
        return row.source if row is not None and isinstance(row.source, TailRecord) else None

    def details(self) -> RowDetails | None:
        """Return the record under the cursor in full."""
        record = self._chosen
        if record is None:
            return None
        place = f"{record.partition}/{record.offset}"
        parts = record_parts(record)
        return RowDetails(place, partial(record_details, record), self.frame_now(), parts=parts)

    def action_trace(self) -> None:
        """Trace the key of the record under the cursor."""
        record = self._chosen
        if record is not None:
            value = record.value if record.text is None else record.text
            pipeline = self.console.controller.settings.pipeline
            self.app.post_message(OpenTrace(record_key(pipeline, record.key, value)))

    def write_records(self, name: str, records: Sequence[object]) -> None:
        """Write records as CSV and JSON. name: how the files begin."""
        controller = self.console.controller
        folder, at = controller.settings.paths.data / "exports", controller.snapshot().at
        table = SHEETS["events"].table(records)
        self.console.write_files(lambda: export_rows(folder, name, at, table.headers, table.rows))
