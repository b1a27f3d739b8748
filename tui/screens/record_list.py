"""A list of records of a topic: each in full, the trace of its key, all of them as files."""

from collections.abc import Sequence
from functools import partial

from core.operations.state_file import export_rows
from core.operations.tail_record import TailRecord
from core.operations.trace import record_key
from tui.causes import OpenTrace
from tui.dialogs.row_details import RowDetails
from tui.panes.event_sheets import SHEETS
from tui.screens.list_screen import ListScreen
from tui.views.events import record_details, record_parts


class RecordList(ListScreen):
    """The rows of its table stand for records."""

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
