"""The command palette: every action that has a key, found by name."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, Protocol, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from core.text import _, clean
from tui.panes.base import Pane
from tui.panes.rows_pane import RowsPane
from tui.screens.filtering import ListFilters


class Actor(Protocol):
    """What the palette needs of the application."""

    @property
    def panes(self) -> list[Pane]:
        """All panes, in the order of their numbers."""
        ...

    @property
    def chosen(self) -> Pane:
        """The pane that keys go to."""
        ...

    def common_bindings(self) -> list[tuple[DOMNode, list[Binding]]]:
        """Return the keys that work everywhere, with what carries their actions out."""
        ...

    def go_to(self, name: str) -> None:
        """Choose a pane."""
        ...

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something that may be refused, and say why when it is."""
        ...


class Command(NamedTuple):
    """An action as the palette lists it."""

    title: str
    help: str
    run: Callable[[], object]


class Actions(Provider):
    """Offers the actions of the application, of the main screen and of every pane."""

    async def discover(self) -> Hits:
        """Yield everything, before a letter is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield what matches."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.title)
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.help)

    def _commands(self) -> Iterator[Command]:
        console = cast("Actor", self.app)
        here = console.chosen
        yield from self._of_pane(here)
        if isinstance(here, RowsPane):
            yield from self._of_filters(ListFilters(here.console, here))
        for node, bindings in console.common_bindings():
            for binding in bindings:
                if binding.action not in {"palette", "restore"}:
                    going = binding.action.startswith("choose")
                    name = _(binding.description)
                    title = _("go to {pane}").format(pane=name) if going else name
                    yield self._command(title, binding, partial(self._run, node, binding))
        for pane in console.panes:
            if pane is not here:
                yield from self._of_pane(pane)

    def _of_filters(self, filters: ListFilters) -> Iterator[Command]:
        """Yield the filters that are kept for the list: to take, and to forget."""
        attempt, told = cast("Actor", self.app).attempt, _("a saved filter of this list")
        for name in filters.names:
            for title, do in (
                (_("filter {name}"), filters.take),
                (_("delete filter {name}"), filters.delete),
            ):
                run = partial(attempt, partial(do, name))
                yield Command(title.format(name=clean(name, 40)), told, run)

    def _of_pane(self, pane: Pane) -> Iterator[Command]:
        for binding in pane.own_bindings():
            title = _("{part}: {line}").format(part=_(pane.TITLE), line=_(binding.description))
            yield self._command(title, binding, partial(self._run_in, pane, binding))

    def _command(self, title: str, binding: Binding, run: Callable[[], object]) -> Command:
        key = _("key {key}").format(key=self.app.get_key_display(binding))
        more = f"{key} · {_(binding.tooltip)}" if binding.tooltip else key
        return Command(title, more, run)

    async def _run(self, node: DOMNode, binding: Binding) -> None:
        await self.app.run_action(binding.action, node)

    async def _run_in(self, pane: Pane, binding: Binding) -> None:
        """Go to the pane and do there what its key does."""
        cast("Actor", self.app).go_to(pane.NAME)
        await self.app.run_action(binding.action, pane)
