"""What every view is given besides the snapshot."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.text import _
from core.workers import RunState
from tui.formats import Formats
from tui.styled_text import Line, Role, Span, line
from tui.time_window import TimeWindow

_WINDOW = TimeWindow()


class ActionKey(NamedTuple):
    """What to press for an action, from anywhere, and what it does: `7 m`, `merge now`.

    key: where its pane is in front already: `m`. moved: a person has given it another key.
    """

    keys: str
    does: str
    key: str = ""
    moved: bool = False


KeyOf = Callable[[str], ActionKey | None]
"""Finds what to press for an action, by its id; None where no key is bound to it."""

_NAMED = re.compile(r"\[([^\[\]]+)\]")


def keyed(text: str, actions: Mapping[str, str], key_of: KeyOf, *, whole: bool = False) -> str:
    """Return a text with the keys that its actions have now.

    actions: ids, apart by blanks where one pair of brackets names several keys, by what stands in
    the brackets of the text. whole: with the key of the pane.
    """

    def present(found: re.Match[str]) -> str:
        bound = [key_of(action) for action in actions.get(found[1], "").split()]
        known = [each for each in bound if each is not None]
        if not any(each.moved for each in known):
            return found[0]  # as texts name it: of several keys they name the one to press
        return "[" + "".join(each.keys if whole else each.key for each in known) + "]"

    return _NAMED.sub(present, text)


@dataclass(frozen=True)
class Frame:
    """Size of the content in cells, formats, and whether only ASCII may be drawn.

    full: the pane has the whole screen, so its view may show more than the essentials. key_of: the
    key of an action by its id, None where no key is bound to it. window: the time that charts show.
    """

    width: int
    height: int
    formats: Formats
    ascii_only: bool = False
    full: bool = False
    key_of: KeyOf = lambda _action: None
    window: TimeWindow = _WINDOW

    def keyed(self, text: str, actions: Mapping[str, str], *, whole: bool = False) -> str:
        """Return a text with the keys that its actions have now; see `keyed`."""
        return keyed(text, actions, self.key_of, whole=whole)


def state_role(state: RunState) -> Role:
    """Return how a state is to be taken."""
    roles: dict[RunState, Role] = {
        RunState.RUNNING: "ok",
        RunState.FAILED: "bad",
        RunState.IDLE: "dim",
        RunState.STOPPED: "dim",
    }
    return roles.get(state, "wait")


def state_sign(state: RunState, *, ascii_only: bool) -> Span:
    """Return a sign that tells a state without its colour."""
    signs = {
        RunState.RUNNING: ("●", "*"),
        RunState.PAUSED: ("‖", "="),
        RunState.FAILED: ("✗", "x"),
        RunState.IDLE: ("○", "o"),
        RunState.STOPPED: ("○", "o"),
    }
    fancy, plain = signs.get(state, ("◐", "~"))
    return Span(plain if ascii_only else fancy, state_role(state))


def problem(message: str, hint: str, width: int) -> list[Line]:
    """Return an error in place: what, and how to fix it, wrapped to the width."""
    return [
        *(line(Span(part, "bad")) for part in wrap(message, width)),
        *(line(Span(part, "dim")) for part in wrap(hint, width)),
    ]


def lasting(since: datetime | None, now: datetime, told: str, frame: Frame) -> str:
    """Return how long something has lasted, and what is to be told of it; alone while it is new."""
    if since is None or (now - since).total_seconds() < 1:
        return told
    return _("for {since}; {told}").format(since=frame.formats.age(since, now), told=told)


def wrap(text: str, width: int) -> list[str]:
    """Return text in lines of at most `width` characters, broken between words."""
    import textwrap  # noqa: PLC0415 - errors only

    return textwrap.wrap(text, max(width, 10))
