"""Which key does an action, found in the bindings themselves: what texts name cannot be wrong."""

from collections.abc import Callable, Sequence

from textual.binding import Binding

from core.text import _
from tui.panes.base import Pane
from tui.views.frame import ActionKey


def find_key(
    action: str,
    panes: Sequence[Pane],
    common: Sequence[Binding],
    display: Callable[[Binding], str],
) -> ActionKey | None:
    """Return what to press for the action of an id, the pane's number first; None without a key."""
    for pane in panes:
        for binding in pane.own_bindings():
            if binding.id == action:
                return ActionKey(f"{pane.NUMBER} {display(binding)}", _(binding.description))
    for binding in common:
        if binding.id == action:
            return ActionKey(display(binding), _(binding.description))
    return None
