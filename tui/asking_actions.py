"""Opens what a person asks for over the console: tables, SQL, the trace of a key."""

from typing import Any, Protocol, cast

from textual.screen import Screen

from core.operations.base import PipelineController
from core.query.pages import Page, own_name
from core.text import _
from tui.causes import (
    OpenBehind,
    OpenExplore,
    OpenFigures,
    OpenLetters,
    OpenPeek,
    OpenSearch,
    OpenSql,
    OpenTrace,
)
from tui.dialogs.ask_key import AskKey
from tui.screens.desk import DeskScreen
from tui.screens.explore import ExploreScreen
from tui.screens.figures import FiguresScreen
from tui.screens.peek import END, PeekScreen
from tui.screens.search import SearchScreen
from tui.screens.sql import SqlScreen
from tui.screens.table import TableScreen
from tui.screens.trace import TraceScreen


class _Desk(Protocol):
    """What is needed of the application beside."""

    controller: PipelineController

    def push_screen(self, screen: Screen[Any], callback: Any = None) -> Any:
        """Show a screen over the others."""
        ...

    def tell(self, message: str) -> None:
        """Show a short message for a while."""
        ...


class AskingActions:
    """Part of the application. What panes and screens ask for arrives as messages."""

    def on_open_behind(self, event: OpenBehind) -> None:
        """Show the rows behind a figure or a check, or where their key is."""
        desk, behind = cast("_Desk", self), event.behind
        if behind.key:
            desk.push_screen(TraceScreen(behind.key))
            return
        engine = desk.controller.settings.engine
        where = tuple((own_name(column, engine), texts) for column, texts in behind.where)
        newest = own_name(behind.newest, engine)
        page = Page(behind.table, where=where, sort=newest, order="DESC" if newest else "")
        desk.push_screen(TableScreen(page))

    def on_open_figures(self, _event: OpenFigures) -> None:
        """Show the figures of the KPIs as a list to choose from."""
        cast("_Desk", self).push_screen(FiguresScreen())

    def on_open_search(self, _event: OpenSearch) -> None:
        """Show the search through the topic."""
        cast("_Desk", self).push_screen(SearchScreen())

    def on_open_peek(self, event: OpenPeek) -> None:
        """Show records of a topic from a place on."""
        self.open_peek(event.place, event.topic)

    def on_open_letters(self, event: OpenLetters) -> None:
        """Show the desk of dead letters."""
        cast("_Desk", self).push_screen(DeskScreen(event.words))

    def on_open_sql(self, event: OpenSql) -> None:
        """Show the editor, once."""
        self.open_sql(event.text)

    def on_open_trace(self, event: OpenTrace) -> None:
        """Show where a key is; ask which where none is given."""
        self.open_trace(event.key)

    def open_sql(self, text: str = "") -> None:
        """Show the editor for SQL. text: to begin with."""
        cast("_Desk", self).push_screen(SqlScreen(text))

    def open_trace(self, key: str = "") -> None:
        """Show where a key is; ask which where none is given."""
        desk = cast("_Desk", self)
        if key:
            desk.push_screen(TraceScreen(key))
            return

        def answered(typed: str | None) -> None:
            if typed:
                desk.push_screen(TraceScreen(typed))

        name = desk.controller.settings.pipeline.definition.key_name
        desk.push_screen(AskKey(_("Trace which {name}?").format(name=name)), answered)

    def open_peek(self, place: str = "", topic: str = "") -> None:
        """Show records of a topic, by default ours. place: where to begin; empty asks for one."""
        desk = cast("_Desk", self)
        topic = topic or desk.controller.settings.kafka.topic
        desk.push_screen(PeekScreen(topic, place or END, ask=not place))

    def on_open_explore(self, event: OpenExplore) -> None:
        """Show the cluster."""
        self.open_explore(event.part)

    def open_explore(self, part: str = "", words: str = "") -> None:
        """Show topics, groups and brokers of the cluster. part: which of them first.

        words: what its rows must hold.
        """
        cast("_Desk", self).push_screen(ExploreScreen(part, words))

    def action_explore(self) -> None:
        """Show topics, groups and brokers of the cluster."""
        self.open_explore()

    def action_sql(self) -> None:
        """Show the editor for SQL."""
        self.open_sql()
