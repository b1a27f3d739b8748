"""Filters by command: the words of the list, and those that are kept under a name."""

from collections.abc import Sequence

from core.errors import UsageError
from core.text import _, clean
from tui.commands import Command
from tui.host import Host
from tui.panes.base import Pane
from tui.panes.rows_pane import RowsPane
from tui.saved_filters import SavedFilters

_SAVE, _DELETE, _TAKE = "save ", "delete ", "@"


class ListFilters:
    """The filters of the list that a pane shows."""

    def __init__(self, host: Host, pane: RowsPane) -> None:
        self._host = host
        self._pane = pane
        self._saved = SavedFilters(host.controller.settings.paths.data)
        self._where = f"{pane.NAME}.{pane.part}".rstrip(".")

    @property
    def names(self) -> list[str]:
        """The names of those that are kept."""
        return sorted(self._saved.of(self._where))

    def do(self, text: str) -> None:
        """Narrow the list, or keep, take or forget a filter. Errors: UsageError, StorageError."""
        if text.startswith(_SAVE):
            self._save(text.removeprefix(_SAVE).strip())
        elif text.startswith(_DELETE):
            self.delete(text.removeprefix(_DELETE).strip().removeprefix(_TAKE))
        elif text.startswith(_TAKE):
            self.take(text.removeprefix(_TAKE).strip())
        else:
            self._pane.rows_view.set_filter(text)

    def take(self, name: str) -> None:
        """Narrow the list by a filter that is kept. Errors: UsageError."""
        self._pane.rows_view.set_filter(self._saved.words(self._where, name))

    def delete(self, name: str) -> None:
        """Forget a filter that is kept. Errors: UsageError, StorageError."""
        self._saved.delete(self._where, name)
        self._host.tell(_("Filter {name} deleted.").format(name=clean(name, 40)))

    def _save(self, name: str) -> None:
        self._saved.save(self._where, name, self._pane.rows_view.filter)
        self._host.tell(_("Filter saved: :filter @{name} takes it.").format(name=clean(name, 40)))

    def values(self) -> Sequence[str]:
        """Return what can be completed."""
        named = [f"{_DELETE}{_TAKE}{name}" for name in self.names]
        return [*(f"{_TAKE}{name}" for name in self.names), _SAVE, *named]


def filter_command(host: Host, pane: Pane) -> Command:
    """Return the command for the filters of a pane."""

    def do(text: str) -> None:
        if not isinstance(pane, RowsPane):
            raise UsageError(_("this pane has no list to filter"))
        ListFilters(host, pane).do(text)

    takes = _("words that every row must hold, save NAME, @NAME, or delete NAME")
    if isinstance(pane, RowsPane):
        return Command("filter", takes, do, ListFilters(host, pane).values)
    return Command("filter", takes, do)
