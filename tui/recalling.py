"""Takes a console back to where the last session left it, and remembers where this one is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_type_hints

import msgspec

from core.operations.remembered import ListOrder, Memory, Option
from tui.panes.base import Pane
from tui.panes.producer import FORM as PRODUCER_FORM
from tui.panes.producer import ProducerPane
from tui.panes.rows_pane import RowsPane
from tui.panes.seed import FORM as SEED_FORM
from tui.panes.seed import SeedPane
from tui.row_order import Arrangement, Arrangements
from tui.screens.main import MainScreen
from tui.time_window import RANGES_S

_FORMS: Mapping[type[Pane], Sequence[str]] = {
    ProducerPane: PRODUCER_FORM,
    SeedPane: SEED_FORM,
}


def recall(main: MainScreen, arrangements: Arrangements, memory: Memory) -> None:
    """Restore filters, orders, options, time range and pane, as far as there is one of a name."""
    now = memory.now
    for name, order in now.orders.items():
        how = Arrangement(order.column, order.descending, frozenset(order.hidden))
        arrangements.put(name, how)
    for pane in main.panes:
        if isinstance(pane, RowsPane) and now.filters.get(pane.NAME):
            pane.rows_view.set_filter(now.filters[pane.NAME])
        if isinstance(pane, ProducerPane | SeedPane):
            pane.options = _restored(pane.options, now.options.get(pane.NAME, {}), _form(pane))
    if now.range_s in RANGES_S:
        main.window = replace(main.window, seconds=now.range_s)
    if now.pane in {pane.NAME for pane in main.panes} and now.pane != main.chosen.NAME:
        main.action_choose(now.pane)


def keep(main: MainScreen, arrangements: Arrangements, memory: Memory) -> None:
    """Remember where the console is; writes nothing where nothing changed."""
    if not memory.has_folder:
        return
    filters, options = {}, {}
    for pane in main.panes:
        if isinstance(pane, RowsPane) and pane.rows_view.filter and not pane.followed:
            filters[pane.NAME] = pane.rows_view.filter
        if isinstance(pane, ProducerPane | SeedPane):
            given = {name: getattr(pane.options, name) for name in _form(pane)}
            options[pane.NAME] = msgspec.to_builtins(given)
    orders = {
        name: ListOrder(how.column, how.descending, tuple(sorted(how.hidden)))
        for name, how in arrangements.changed.items()
    }
    memory.remember(
        pane=main.chosen.NAME,
        range_s=main.window.seconds,
        filters=filters,
        options=options,
        orders=orders,
    )


def _form(pane: Pane) -> Sequence[str]:
    return _FORMS[type(pane)]


def _restored(options: Any, kept: Mapping[str, Option], names: Sequence[str]) -> Any:
    """Return options with the remembered ones that still have their types."""
    hints = get_type_hints(type(options))
    for name in names:
        if name in kept:
            try:
                value = msgspec.convert(kept[name], hints[name])
                options = replace(options, **{name: value})
            except (msgspec.ValidationError, ValueError):
                continue
    return options
