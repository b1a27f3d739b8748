"""The topic explorer: topics, consumer groups and brokers of the cluster."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.broker.inventory import BrokerFacts, GroupFacts, Inventory, TopicFacts
from core.operations.asker import Asked
from core.text import N_, _, clean
from tui.causes import OpenPeek
from tui.dialogs.row_details import RowDetails
from tui.screens.list_screen import ListScreen
from tui.screens.offsets import OffsetsScreen
from tui.screens.peek import END
from tui.styled_text import Line
from tui.views.explore import PARTS, Part, explore_head, explore_table
from tui.views.explore_details import broker_details, group_details, topic_details
from tui.views.frame import Frame, keyed
from tui.widgets.rows_view import RowsView


class ExploreScreen(ListScreen):
    """Looks at the cluster when it opens. part: which list to begin with, by its name.

    words: what its rows must hold.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", N_("next tab"), id="explore.next"),
        Binding("shift+tab", "turn(-1)", N_("previous tab"), id="explore.back", show=False),
        Binding("slash", "filter", N_("filter"), id="explore.filter", key_display="/"),
        Binding("r", "again", N_("refresh"), id="explore.again"),
        Binding("p", "peek", N_("records"), id="explore.peek"),
        Binding("e", "offsets", N_("reset offsets"), id="explore.offsets"),
        Binding("escape,q", "leave", N_("back"), id="explore.leave"),
    ]

    AUTO_FOCUS = ""  # keys go to the list

    DEFAULT_CSS = """
    ExploreScreen Input {
        height: 1; border: none; padding: 0 1; display: none;
        &:focus { border: none; }
        &.-typing { display: block; }
    }
    """

    def __init__(self, part: str = "", words: str = "") -> None:
        super().__init__()
        self._words = words
        self._place = next((at for at, one in enumerate(PARTS) if one.name == part), 0)
        self._asked = 0
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Yield the list over the line for its filter."""
        yield from super().compose()
        yield Input(self._words, placeholder=_("words of a row"), id="explore-filter")

    def on_mount(self) -> None:
        """Begin to look."""
        self.rows_view.set_filter(clean(self._words, 200))
        self.action_again()

    @property
    def part(self) -> Part:
        """The list that is shown."""
        return PARTS[self._place]

    @property
    def known(self) -> Asked[Inventory]:
        """What is known of the cluster by now."""
        return self.console.controller.asking.surveys.latest

    def head(self) -> list[Line]:
        """Return which list is shown and what is wrong with it."""
        return explore_head(self.part, self.known, self.frame_now())

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        own = {
            "topics": [("explore.peek", _("records"))],
            "groups": [("explore.offsets", _("reset offsets"))],
        }.get(self.part.name, [])
        return [
            ("explore.leave", _("back")),
            ("list.open", _("details")),
            *own,
            ("explore.next", _("next tab")),
            ("explore.filter", _("filter")),
            ("rows.sort", _("sort")),
            ("explore.again", _("refresh")),
        ]

    def draw_rows(self, rows: RowsView) -> None:
        """Show the list."""
        found = self.known.result
        made_of = (found, self._place)
        if made_of != self._drawn:
            self._drawn = made_of
            rows.show_table(
                explore_table(self.part, found, self.console.formats),
                ascii_only=self.console.ascii_only,
            )

    def action_turn(self, step: int) -> None:
        """Show the next list."""
        self._place = (self._place + step) % len(PARTS)
        self.rows_view.start_over()
        self.query_one(Input).value = ""
        self.draw_now()

    def action_again(self) -> None:
        """Look at the cluster again."""
        self._asked = self.console.controller.asking.survey()

    def action_peek(self) -> None:
        """Show the records of the topic under the cursor, live."""
        row = self.rows_view.choose()
        if row is None or not isinstance(row.source, TopicFacts):
            self.console.refuse(_("No topic is chosen: [tab] shows the topics."))
            return
        self.app.post_message(OpenPeek(row.source.name, END))

    def action_offsets(self) -> None:
        """Reset the offsets of the group under the cursor."""
        row = self.rows_view.choose()
        if row is None or not isinstance(row.source, GroupFacts):
            told = _("No group is chosen: [tab] shows the groups.")
            self.console.refuse(keyed(told, {"tab": "explore.next"}, self.console.key_of))
            return
        kafka = self.console.controller.settings.kafka
        own = kafka.topic if row.source.name == kafka.group_id else ""
        self.app.push_screen(OffsetsScreen(row.source, own))

    def action_filter(self) -> None:
        """Type words."""
        box = self.query_one(Input)
        box.add_class("-typing")
        box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list while one types."""
        self.rows_view.set_filter(clean(event.value, 200))

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Keep the filter; keys go to the list again."""
        self._end_typing()

    def _end_typing(self) -> None:
        self.query_one(Input).remove_class("-typing")
        self.set_focus(None)

    def action_leave(self) -> None:
        """End the filter, or go back."""
        box = self.query_one(Input)
        if box.has_class("-typing") or box.value:
            box.value = ""
            self._end_typing()
            self.rows_view.set_filter("")
        else:
            self.dismiss()

    def details(self) -> RowDetails | None:
        """Return the row under the cursor in full."""
        row = self.rows_view.choose()
        if row is None:
            return None
        view = _view(row.source)
        return RowDetails(clean(row.key, 100), view, self.frame_now())


def _view(source: object) -> Callable[[Frame], list[Line]]:
    if isinstance(source, TopicFacts):
        return partial(topic_details, source)
    if isinstance(source, GroupFacts):
        return partial(group_details, source)
    return partial(broker_details, cast("BrokerFacts", source))
