"""Resets the offsets of a stopped group, or reads our own records again, after a preview."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label

from core.broker.inventory import GroupFacts
from core.errors import DropshipError
from core.operations.asker import Asked
from core.operations.offset_plan import OffsetPlan
from core.operations.offset_target import EXAMPLES
from core.text import N_, _, clean
from tui.screens.list_screen import ListScreen
from tui.styled_text import Line
from tui.views.frame import keyed
from tui.views.offset_plan import plan_head, plan_table, plan_told
from tui.widgets.rows_view import RowsView


class OffsetsScreen(ListScreen):
    """Shows what a place that is typed would do, and does it after a yes.

    own_topic: the one that this pipeline reads, where it is our own group.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "write", N_("place"), id="offsets.write", key_display="/"),
        Binding("t", "topic", N_("next topic"), id="offsets.topic"),
        Binding("s", "reset", N_("reset"), id="offsets.reset"),
        Binding("escape", "leave", N_("back"), id="offsets.leave"),
    ]

    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    OffsetsScreen {
        #offsets-fields { height: 1; width: 100%; }
        Label { width: auto; padding: 0 1; color: $text-muted; }
        Input, Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }
        #offsets-place { width: 1fr; }
    }
    """

    def __init__(self, group: GroupFacts, own_topic: str = "") -> None:
        super().__init__()
        self._group = group
        self._topics = sorted({one.topic for one in group.offsets or ()})
        if own_topic:
            self._topics = [own_topic]
        self._own = bool(own_topic)
        self._topic = 0
        self._asked = 0
        self._refusal = ""
        self._drawn: OffsetPlan | None = None

    def compose(self) -> ComposeResult:
        """Yield the field above the list."""
        with Horizontal(id="offsets-fields"):
            yield Label(_("read again from") if self._own else _("reset to"))
            yield Input(placeholder=EXAMPLES, id="offsets-place")
        yield from super().compose()

    def on_mount(self) -> None:
        """Begin with the place."""
        self.query_one(Input).focus()

    @property
    def now(self) -> Asked[OffsetPlan]:
        """What came of what this screen asked for."""
        latest = self.console.controller.asking.resets.latest
        return latest if self._asked and latest.number >= self._asked else Asked()

    @property
    def plan(self) -> OffsetPlan | None:
        """The preview of what was typed last; None while there is none."""
        now = self.now
        known = now.answered == self._asked and not self._refusal
        return now.result if known else None

    @property
    def _is_rereading(self) -> bool:
        """Whether records are being read again at this moment."""
        now = self.now
        return now.running and now.result is not None and now.result.reread is not None

    @property
    def _topic_name(self) -> str:
        return self._topics[self._topic] if self._topics else ""

    def head(self) -> list[Line]:
        """Return whose offsets these are and what the preview says."""
        now = self.now
        if self.plan is None and not now.running and not now.error:
            now = Asked()
        frame = self.frame_now()
        return plan_head(
            self._group.name, self._topic_name, now, frame, own=self._own, refusal=self._refusal
        )

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys."""
        plan = self.plan
        able = plan is not None and not plan.refusal and not plan.done and not self.now.running
        topics = [("offsets.topic", _("next topic"))] if len(self._topics) > 1 else []
        reset = (
            [("offsets.reset", _("read them again") if self._own else _("reset"))]
            if able and not self.console.controller.read_only
            else []
        )
        return [
            ("offsets.leave", _("back")),
            ("offsets.write", _("place")),
            *topics,
            *reset,
        ]

    def draw_rows(self, rows: RowsView) -> None:
        """Show the preview."""
        plan = self.plan
        if plan is not self._drawn:
            self._drawn = plan
            rows.show_table(
                plan_table(plan, self.console.formats, own=self._own),
                ascii_only=self.console.ascii_only,
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look at what the place would do."""
        self._look(event.value)

    def _look(self, place: str) -> None:
        if self._is_rereading:
            self.console.refuse(_("records are being read again: escape cancels that"))
            return
        try:
            self._asked = self.console.controller.asking.plan_reset(
                self._group.name, self._topic_name, place
            )
        except DropshipError as error:
            self._refusal = f"{error.message} · {error.hint}"
        else:
            self._refusal = ""
            self.set_focus(None)
        self.draw_now()

    def action_write(self) -> None:
        """Type another place."""
        self.query_one(Input).focus()

    def action_topic(self) -> None:
        """Look at another topic of the group."""
        self._topic = (self._topic + 1) % max(len(self._topics), 1)
        place = self.query_one(Input).value
        if place:
            self._look(place)

    def action_open(self) -> None:
        """Do nothing: a row is all there is of a partition."""

    def action_reset(self) -> None:
        """Set the offsets, after a yes."""
        plan = self.plan
        if self.console.controller.read_only:
            self.console.refuse(_("read-only: nothing can be changed here"))
        elif plan is None or plan.done or self.now.running:
            told = _("There is no preview yet: [/] takes a place.")
            self.console.refuse(keyed(told, {"/": "offsets.write"}, self.console.key_of))
        elif plan.refusal:
            self.console.refuse(plan.refusal)
        else:
            title = _("Reset the offsets of group {group}?").format(group=clean(plan.group, 60))
            told = _("It is refused if a member joined, or the offsets moved, since the preview.")
            if plan.own:
                title = _("Read records of topic {topic} again?").format(
                    topic=clean(plan.topic, 60)
                )
                told = _("What is stored stays as it is, and the consumer goes on beside it.")
            lines = [clean(plan.topic, 100), plan_told(plan, self.console.formats), told]
            self.console.confirm(False, title, lines, partial(self._reset, plan))

    def _reset(self, plan: OffsetPlan) -> None:
        self._asked = self.console.controller.asking.reset(plan)

    def action_leave(self) -> None:
        """Cancel what runs, leave the field, or go back."""
        if self._is_rereading:
            self.console.controller.asking.resets.cancel()
        elif isinstance(self.focused, Input) and self._asked:
            self.set_focus(None)
        else:
            self.dismiss()
