"""The desk of dead letters: what is listed is edited, replayed, dismissed, and taken back."""

import getpass
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from core.dlq.edits import MOST_BYTES, Edit, refusal
from core.errors import DropshipError
from core.operations.letter_work import Chosen
from core.operations.snapshot import ControllerSnapshot
from core.query.letters import MOST_AT_ONCE, DeskLetter
from core.text import N_, _, clean
from tui.dialogs.ask_key import AskKey
from tui.dialogs.edit_letter import EditLetter
from tui.screens.letters import LettersScreen
from tui.views.frame import keyed
from tui.views.letters import chosen_lines, counted
from tui.views.replay_question import all_lines

if TYPE_CHECKING:
    from core.consumer.decoders.base import Decoder


class DeskScreen(LettersScreen):
    """Works on the marked letters, or on the one under the cursor; nothing where it may only look.

    Everything goes through the controller, so it is the same in a console that is attached.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("edit"), id="desk.edit"),
        Binding("r", "replay", N_("replay"), id="desk.replay"),
        Binding("R", "replay_all", N_("replay all that match"), id="desk.replay_all"),
        Binding("d", "give_up", N_("dismiss"), id="desk.dismiss"),
        Binding("D", "give_up_all", N_("dismiss all that match"), id="desk.dismiss_all"),
        Binding("x", "cancel_work", N_("cancel"), id="desk.cancel"),
    ]

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self._wanted: tuple[int, str] | None = None
        self._decoder: Decoder | None = None

    def hints(self, now: ControllerSnapshot) -> list[tuple[str, str]]:
        """Return ids of actions, apart by blanks, and what they do."""
        dismissed = self._narrowing.dismissed
        marking = [("desk.mark desk.all desk.invert", _("mark"))]
        working = [
            ("desk.edit", _("edit")),
            ("desk.replay", _("replay")),
            ("desk.dismiss", _("dismiss")),
            ("desk.replay_all desk.dismiss_all", _("all that match")),
        ]
        changing = [*([("desk.dismiss", _("take back"))] if dismissed else working), *marking]
        return [
            ("desk.leave", _("back")),
            *([] if now.read_only else changing),
            ("desk.other", _("reasons")),
            ("desk.narrow", _("narrow")),
            ("desk.next desk.previous", _("page")),
            ("desk.view", _("pending ones") if dismissed else _("dismissed ones")),
            ("desk.again", _("refresh")),
        ]

    def see_answers(self) -> None:
        """Open the editor once its letter is there."""
        self._edit_when_read()

    def action_edit(self) -> None:
        """Edit the letter under the cursor; its bytes are read first."""
        if self._refused() or self._narrowing.dismissed:
            return
        row = self._letters.choose()
        if self._in_reasons or row is None or not isinstance(row.source, DeskLetter):
            return
        if self.console.controller.settings.pipeline.definition.event.format != "json":
            self.console.refuse(
                _("Values of a schema registry are edited as a file: dropship --run dlq --save.")
            )
        elif row.source.size > MOST_BYTES:
            self.console.refuse(
                _("Too large for the console: dropship --run dlq --save, then --replay --fix.")
            )
        else:
            number = self.console.controller.asking.whole_letter(row.key)
            self._wanted = (number, row.key)

    def _edit_when_read(self) -> None:
        """Open the editor once the letter is there."""
        if self._wanted is None:
            return
        asked = self.console.controller.asking.letter.latest
        number, key = self._wanted
        if asked.running or asked.number != number:
            return
        self._wanted = None
        if asked.answered != number or asked.result is None:
            self.console.refuse(asked.error + (f" · {asked.hint}" if asked.hint else ""))
            return
        before = self._edits.get(key)
        editor = EditLetter(asked.result, self._judged, before)
        self.app.push_screen(editor, partial(self._edited, key))

    def _judged(self, payload: bytes) -> str:
        if self._decoder is None:
            from core.consumer.decoders.factory import decoder_of  # noqa: PLC0415 - loads Arrow

            self._decoder = decoder_of(self.console.controller.settings)
        return refusal(payload, self._decoder)

    def _edited(self, key: str, edit: Edit | None) -> None:
        shown = self._shown()
        if edit is not None:
            self._edits[key] = edit
            if key in shown:
                self._marked[key] = shown[key]
        self.draw_now()

    def action_replay(self) -> None:
        """Replay the marked letters, or the one under the cursor, with what was edited of them."""
        chosen = self._chosen()
        if self._refused() or self._narrowing.dismissed:
            return
        edits = [self._edits[one.letter.event_id] for one in chosen if self._has_edit(one)]
        fit = [one for one in chosen if one.letter.replayable or self._has_edit(one)]
        if not fit:
            self.console.refuse(_("Nothing here can be replayed."))
            return
        topic = self.console.controller.settings.kafka.topic
        lines = chosen_lines(fit, len(edits), len(chosen) - len(fit), topic)
        title = _("Replay {letters}?").format(letters=counted(len(fit), self.console.formats))
        ids = tuple(one.letter.event_id for one in sorted(fit, key=_age))
        self.console.confirm(False, title, lines, lambda: self._replay(Chosen(ids), edits))

    def action_replay_all(self) -> None:
        """Replay every letter that matches, of all pages; edits are not part of it."""
        desk = self.desk
        if self._refused() or self._narrowing.dismissed or desk is None or not desk.matching:
            return
        meant = [
            (one.letters, one.reason)
            for one in desk.reasons
            if self._narrowing.reason in {None, one.reason}
        ]
        topic = self.console.controller.settings.kafka.topic
        lines = all_lines(meant, topic, self.console.formats)
        self._all(_("Replay {letters}?"), lines, lambda: self._replay(self._matching, []))

    def action_give_up(self) -> None:
        """Dismiss the marked letters, or the one under the cursor; take dismissals back."""
        chosen = self._chosen()
        if self._refused() or not chosen:
            return
        ids = Chosen(tuple(one.letter.event_id for one in chosen))
        told = counted(len(chosen), self.console.formats)
        if self._narrowing.dismissed:
            title = _("Take back the dismissal of {letters}?").format(letters=told)
            lines = [_("pending again, counted by the checks")]
            self.console.confirm(False, title, lines, lambda: self._restore(ids))
        else:
            self._ask_why(told, ids)

    def action_give_up_all(self) -> None:
        """Dismiss every letter that matches, of all pages; take back all that match."""
        desk = self.desk
        if self._refused() or desk is None or not desk.matching:
            return
        told = counted(min(desk.matching, MOST_AT_ONCE), self.console.formats)
        if self._narrowing.dismissed:
            lines = [_("pending again, counted by the checks")]
            self._all(
                _("Take back the dismissal of {letters}?"),
                lines,
                lambda: self._restore(self._matching),
            )
        else:
            self._ask_why(told, self._matching)

    def action_cancel_work(self) -> None:
        """End what is under way; what is done is done."""
        now = self.console.controller.snapshot().explored
        if now.replay.running:
            self.console.controller.cancel_replay()
        elif now.decision.running:
            self.console.controller.letters.cancel()
        else:
            self.console.refuse(_("Nothing is under way."))

    @property
    def _matching(self) -> Chosen:
        return Chosen(narrowing=self._narrowing)

    def _has_edit(self, one: DeskLetter) -> bool:
        return one.letter.event_id in self._edits

    def _all(self, title: str, lines: Sequence[str], action: Callable[[], object]) -> None:
        """Ask about all letters that match, of which so many are taken at once."""
        desk = self.desk
        matching = 0 if desk is None else desk.matching
        told = counted(min(matching, MOST_AT_ONCE), self.console.formats)
        self.console.confirm(False, title.format(letters=told), lines, action)

    def _ask_why(self, told: str, chosen: Chosen) -> None:
        def answered(why: str | None) -> None:
            if why:
                self._do(
                    lambda: self.console.controller.letters.dismiss(chosen, clean(why), _user())
                )

        title = _("Dismiss {letters}: why?").format(letters=told)
        self.app.push_screen(AskKey(title), answered)

    def _replay(self, chosen: Chosen, edits: Sequence[Edit]) -> None:
        self._do(lambda: self.console.controller.letters.replay(chosen, edits), edits)

    def _restore(self, chosen: Chosen) -> None:
        self._do(lambda: self.console.controller.letters.restore(chosen))

    def _do(self, work: Callable[[], bool], edits: Sequence[Edit] = ()) -> None:
        """Begin some work, or say why it cannot begin."""
        try:
            begun = work()
        except DropshipError as error:
            self.console.refuse(error.message + (f" · {error.hint}" if error.hint else ""))
            return
        if begun:
            self._marked.clear()
            for edit in edits:
                self._edits.pop(edit.event_id, None)
        else:
            now = self.console.controller.snapshot()
            under_way = now.explored.replay.running or now.explored.decision.running
            told = _("Something is under way: [x] cancels it.")
            self.console.refuse(
                keyed(told, {"x": "desk.cancel"}, self.console.key_of)
                if under_way
                else now.opening.error or _("Still connecting to the broker and the warehouse.")
            )
        self.draw_now()

    def _refused(self) -> bool:
        """Say so where nothing may be changed."""
        if self.console.controller.read_only:
            self.console.refuse(_("read-only: nothing can be changed here"))
        return self.console.controller.read_only


def _age(one: DeskLetter) -> tuple[datetime, int, int]:
    """Return what puts the oldest letter first, and those of a partition in their order."""
    return one.letter.received_at, one.letter.partition, one.letter.offset


def _user() -> str:
    """Return who works here."""
    try:
        return clean(getpass.getuser(), 60)
    except (OSError, KeyError):
        return str(os.geteuid())
