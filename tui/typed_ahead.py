"""Keys one after the other: each is taken where the one before has led to.

Textual hands a key to the widget with the focus and goes on at once. Of keys that come together,
while the console was busy or not drawn yet, the later ones would reach what the first one is about
to leave: letters typed behind `:` would act on the pane.
"""

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.message_pump import MessagePump
from textual.screen import Screen

if TYPE_CHECKING:
    from textual.app import App

    _Base = App[int]
else:
    _Base = object

_AT_ONCE = {"ctrl+c"}
"""Keys that wait for no other."""
_EARLY_ENTER = "ctrl+j"
"""What a terminal makes of Enter until the console takes it over."""
_LONGEST_S = 2.0
"""Seconds after which a key whose way has no end is waited for no more: its screen was closed."""


class TypedAhead(_Base):
    """Part of the application. Keys wait until `take_keys` says that there is a screen for them."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key] = deque()
        self._taken = 0
        self._busy = True

    @property
    def keys_wait(self) -> bool:
        """Whether a key is under way, or waits for one that is."""
        return bool(self._taken and self._busy)

    def take_keys(self) -> None:
        """Take keys from now on, those first that came before."""
        self.call_later(self._next_key)

    async def on_event(self, event: events.Event) -> None:
        """Hand a key on, or let it wait for the one before."""
        if not isinstance(event, events.Key) or event.is_forwarded or event.key in _AT_ONCE:
            await super().on_event(event)
        elif self._busy:
            early = not self._taken and event.key == _EARLY_ENTER
            self._typed.append(events.Key("enter", "\r") if early else event)
            if self._taken and len(self._typed) == 1:
                self._wait_no_longer()
        else:
            await self._take(event)

    async def _take(self, event: events.Key) -> None:
        self._busy = True
        self._taken += 1
        if self._typed:
            self._wait_no_longer()
        before = self.screen
        way = (self.focused or before).ancestors_with_self
        await super().on_event(event)
        # Twice: a field that was left with Enter tells its screen by a message of its own.
        self._follow([*way, *way], before, self._taken)

    def _wait_no_longer(self) -> None:
        """Let those that wait go on in time, whatever becomes of the key before them."""
        self.set_timer(_LONGEST_S, partial(self._give_up, self._taken))

    def _follow(self, way: Sequence[MessagePump], before: Screen[object], number: int) -> None:
        """Go the way of a key, behind it: whoever is there has dealt with it."""
        if way:
            follow = partial(self._follow, way[1:], before, number)
            if not way[0].call_later(follow):
                self._give_up(number)
        elif self.screen is before:
            self._give_up(number)
        else:  # what it opened takes keys once it is there
            self.screen.call_after_refresh(self.call_later, self._give_up, number)

    def _give_up(self, number: int) -> None:
        """Wait for a key no more; it has come to its end, or never will."""
        if self._busy and number == self._taken:
            self.call_later(self._next_key, number)

    async def _next_key(self, number: int = 0) -> None:
        if number != self._taken:
            return
        if self._typed:
            await self._take(self._typed.popleft())
        else:
            self._busy = False
