"""The events pane: a live look at the topic, and the dead letters with their replay."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.inspect import ListedLetter
from core.operations.snapshot import ControllerSnapshot
from core.operations.tail_record import TailRecord
from core.operations.trace import record_key
from core.text import N_, _, clean, ngettext
from tui.causes import OpenLetters, OpenPeek, OpenSearch
from tui.dialogs.row_details import RowDetails
from tui.panes.event_sheets import SHEETS
from tui.panes.letter_replay import LetterReplay
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.event_columns import came_since
from tui.views.events import (
    events_head,
    letter_details,
    letter_parts,
    letters_table,
    record_details,
    record_parts,
    records_table,
)
from tui.views.footer_tabs import Hint
from tui.views.frame import Frame, keyed

_KEYS = {
    "j": "rows.next",
    "k": "rows.previous",
    "tab": "events.switch",
}


class EventsPane(RowsPane):
    """Shows records as they come, or what could not be used."""

    NAME, NUMBER, TITLE, EXTRA = "events", "6", N_("Events"), True
    SHEETS = SHEETS

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "switch",
            N_("dead letters"),
            id="events.switch",
            tooltip=N_("topic or dead letters"),
        ),
        Binding(
            "s",
            "search",
            N_("search"),
            id="events.search",
            tooltip=N_("search the whole topic from any place"),
        ),
        Binding(
            "p",
            "peek",
            N_("go to"),
            id="events.peek",
            tooltip=N_("show the topic from an offset, a time, its begin or its end"),
        ),
        Binding(
            "m",
            "letters",
            N_("manage"),
            id="events.letters",
            tooltip=N_("manage all dead letters: by reason, edit, replay, dismiss"),
        ),
        Binding("space", "hold", N_("freeze"), id="events.hold", tooltip=N_("freeze the topic")),
        Binding(
            "r",
            "replay",
            N_("replay"),
            id="events.replay",
            tooltip=N_("replay the chosen dead letter"),
        ),
        Binding(
            "R",
            "replay_all",
            N_("all"),
            id="events.replay_all",
            tooltip=N_("replay all dead letters that match the filter"),
        ),
        Binding(
            "x",
            "cancel",
            N_("cancel"),
            id="events.cancel",
            tooltip=N_("cancel the replay; what went out is marked, the rest stays listed"),
        ),
    ]

    CHANGES = frozenset({"events.replay", "events.replay_all", "events.cancel"})

    def __init__(self) -> None:
        super().__init__()
        self._letters = False
        self._held: tuple[TailRecord, ...] | None = None
        self._still: tuple[TailRecord, ...] = ()

    @property
    def wants(self) -> str:
        """Which reading the controller should keep fresh while this pane is seen."""
        if self._letters:
            return "letters"
        return "topic" if self._held is None else ""

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return what is listed and how fresh it is."""
        shown = self._records(now)
        return events_head(
            now,
            frame,
            letters=self._letters,
            frozen=self._held is not None,
            fresh=came_since(shown, now.explored.peek.value or ()),
        )

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        if self._letters:
            return ("letters", now.explored.letters.value)
        return ("topic", self._records(now))

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return records or dead letters."""
        if self._letters:
            return letters_table(now.explored.letters.value, frame.formats)
        definition = self.controller.settings.pipeline.definition
        return records_table(self._records(now), frame.formats, definition)

    @property
    def sheet(self) -> str:
        """The list that is shown."""
        return "dead_letters" if self._letters else "events"

    def status(self, now: ControllerSnapshot) -> str:
        """Return how many there are."""
        found = now.explored.letters.value
        if self._letters:
            return self._counted(found.total) if found else ""
        topic = clean(self.controller.settings.kafka.topic, 60)
        count = self.console.formats.count(len(self._records(now)))
        return _("{topic}, the newest {count}").format(topic=topic, count=count)

    def _counted(self, total: int) -> str:
        text = ngettext("{count} dead letter", "{count} dead letters", total)
        return text.format(count=self.console.formats.count(total))

    def open_row(self, row: Row) -> None:
        """Show a record or a dead letter in full."""
        source = row.source
        frame = self.frame_now()
        if isinstance(source, TailRecord):
            place, parts = f"{source.partition}/{source.offset}", record_parts(source)
            details = RowDetails(place, partial(record_details, source), frame, parts=parts)
            self.show_details(details)
        elif isinstance(source, ListedLetter):
            letter = source.letter
            place, parts = f"{letter.partition}/{letter.offset}", letter_parts(source)
            details = RowDetails(place, partial(letter_details, source), frame, parts=parts)
            self.show_details(details)

    def key_of(self, row: Row) -> str:
        """Return the key that a record or a dead letter is about."""
        source = row.source
        if isinstance(source, TailRecord):
            value = source.value if source.text is None else source.text
            return record_key(self.controller.settings.pipeline, source.key, value)
        if isinstance(source, ListedLetter):
            letter = source.letter
            return record_key(self.controller.settings.pipeline, letter.key, letter.payload)
        return ""

    @property
    def part(self) -> str:
        """The list that is shown."""
        return self.sheet

    def show_part(self, part: str) -> None:
        """Show the topic, or the dead letters."""
        if part and part != self.part:
            self.action_switch()

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: the topic is frozen, dead letters are replayed."""
        if action == "events.hold":
            return not self._letters
        if action == "events.cancel":
            return now.explored.replay.running
        return self._letters or action not in self.CHANGES

    def hint_of(self, binding: Binding) -> Hint:
        """Return a key as the border shows it; that which switches names the other list."""
        key, text, action = super().hint_of(binding)
        if binding.id == "events.switch" and self._letters:
            text = _("topic")
        return key, text, action

    def hinted(self, now: ControllerSnapshot) -> list[tuple[Binding, bool]]:
        """Return the keys that the border names: of the topic others than of dead letters."""
        other = {"events.hold", "events.peek"} if self._letters else self.CHANGES
        return [each for each in super().hinted(now) if each[0].id not in other]

    def action_switch(self) -> None:
        """Show the other list."""
        self._letters = not self._letters
        self.rows_view.start_over()
        self.console.tick()

    def action_search(self) -> None:
        """Search the whole topic."""
        self.post_message(OpenSearch())

    def action_peek(self) -> None:
        """Show the topic from another place."""
        self.post_message(OpenPeek())

    def action_letters(self) -> None:
        """Manage all dead letters."""
        self.post_message(OpenLetters())

    def action_hold(self) -> None:
        """Hold the topic still, or go on."""
        self._held = self._records(self.controller.snapshot()) if self._held is None else None
        self.console.tick()

    def action_replay(self) -> None:
        """Publish the chosen dead letter again."""
        row = self.rows_view.current
        if not self._letters:
            self._refuse(_("[tab] shows the dead letters; those can be replayed."))
        elif row is not None:
            self._replay.ask([row])
        elif self.rows_view.gone is not None:
            self.console.refuse(_("The chosen dead letter has left the list: choose another one."))
        else:
            self._refuse(_("No dead letter is chosen: [j] and [k] choose one."))

    def action_replay_all(self) -> None:
        """Publish every dead letter that the filter shows again; without one, all that wait."""
        if not self._letters:
            self._refuse(_("[tab] shows the dead letters; those can be replayed."))
        elif self.rows_view.filter or not self._replay.ask_all():
            self._replay.ask(self.rows_view.rows)

    @property
    def _replay(self) -> LetterReplay:
        return LetterReplay(self.console, self.controller)

    def action_cancel(self) -> None:
        """End the replay under way."""
        if self.controller.snapshot().explored.replay.running:
            self.controller.cancel_replay()
        else:
            self.console.refuse(_("No replay is under way."))
        self.console.tick()

    def _refuse(self, told: str) -> None:
        """Say why nothing was done, with the keys that the text names."""
        self.console.refuse(keyed(told, _KEYS, self.console.key_of))

    def _records(self, now: ControllerSnapshot) -> tuple[TailRecord, ...]:
        """Return what is listed: it stands still as soon as the cursor has left its top."""
        if self._held is not None:
            return self._held
        view = self.rows_view
        moving = view.follows or view.arrangement.column is not None
        if self._letters or moving or not self._still:
            self._still = now.explored.peek.value or ()
        return self._still
