"""Which key does an action: as it is bound, unless a person's keymap gives it another.

What texts name is found here, so it cannot be wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, cast

from textual.binding import Binding

from core.text import _
from tui.keymap import actions, rebound
from tui.panes.base import Pane
from tui.views.frame import ActionKey


class _Desk(Protocol):
    """What is needed of the application beside."""

    panes: list[Pane]

    def get_key_display(self, binding: Binding) -> str: ...

    def set_keymap(self, keymap: Mapping[str, str]) -> None: ...


class ActionKeys:
    """Part of the application. keymap: the keys of a person, by the ids of actions."""

    keymap: Mapping[str, str]

    def use_keys(self, keymap: Mapping[str, str]) -> None:
        """Bind other keys from now on. keymap: as `tui.keymap` reads it."""
        self.keymap = keymap
        cast("_Desk", self).set_keymap(keymap)

    def keys_now(self, binding: Binding) -> list[str]:
        """Return the keys that do what a binding does."""
        return rebound(binding, self.keymap).key.split(",")

    def shown_key(self, binding: Binding) -> Binding:
        """Return a binding as hints show it: of several keys the first one."""
        now = rebound(binding, self.keymap)
        return replace(now, key=now.key.partition(",")[0])

    def shown_keys(self, ids: str) -> str:
        """Return the keys of some actions, as hints show them. ids: apart by blanks."""
        bound = actions()
        display = cast("_Desk", self).get_key_display
        return " ".join(display(bound[each]) for each in ids.split())

    def pane_key(self, name: str) -> str:
        """Return the key that goes to a pane, as hints show it; empty for none."""
        binding = actions().get(f"pane.{name}")
        return "" if binding is None else cast("_Desk", self).get_key_display(binding)

    def key_of(self, action: str) -> ActionKey | None:
        """Return what to press for an action, by the id of its binding; None for none."""
        desk, binding = cast("_Desk", self), actions().get(action)
        if binding is None:
            return None
        key = desk.get_key_display(binding)
        name = next((pane.NAME for pane in desk.panes if binding in pane.own_bindings()), "")
        pane = f"pane.{name}"
        keys = f"{desk.get_key_display(actions()[pane])} {key}" if name else key
        return ActionKey(keys, _(binding.description), key, bool({action, pane} & {*self.keymap}))
