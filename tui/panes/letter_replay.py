"""Asks before dead letters of a list are published again, and says why that could not begin."""

from collections.abc import Sequence

from core.operations.base import PipelineController
from core.operations.inspect import ListedLetter
from core.operations.letter_work import Chosen
from core.query.letters import MOST_AT_ONCE, Narrowing
from core.text import _
from tui.host import Host
from tui.row_table import Row
from tui.views.frame import keyed
from tui.views.letters import counted
from tui.views.replay_question import all_lines, replay_title, replayed_lines

_MERGE = "merge"


class LetterReplay:
    """Of one pane, by its console and controller."""

    def __init__(self, console: Host, controller: PipelineController) -> None:
        self._console = console
        self._controller = controller

    def ask(self, rows: Sequence[Row]) -> None:
        """Publish the letters of some rows, after a yes."""
        listed = [row.source for row in rows if isinstance(row.source, ListedLetter)]
        fit = [one for one in listed if one.letter.stage != _MERGE]
        if not fit:
            self._console.refuse(_("Nothing here can be replayed."))
            return
        ids = [one.letter.event_id for one in fit]
        lines = replayed_lines(fit, len(listed) - len(fit), self._controller.settings.kafka.topic)
        title = replay_title(fit, self._console.formats)
        self._console.confirm(
            False, title, lines, lambda: self._began(self._controller.replay(ids))
        )

    def ask_all(self) -> bool:
        """Publish all that wait, after a yes; return False where all of them are listed."""
        known = self._controller.snapshot().explored.letters.value
        if known is None or known.total <= len(known.letters):
            return False
        formats, topic = self._console.formats, self._controller.settings.kafka.topic
        told = counted(min(known.total, MOST_AT_ONCE), formats)
        title = _("Replay {letters}?").format(letters=told)
        lines = all_lines([(one.letters, one.reason) for one in known.reasons], topic, formats)
        every = Chosen(narrowing=Narrowing())
        self._console.confirm(
            False, title, lines, lambda: self._began(self._controller.letters.replay(every))
        )
        return True

    def _began(self, begun: bool) -> None:
        now = self._controller.snapshot()
        if not begun and not now.read_only:
            told = now.opening.error or _("Still connecting to the broker and the warehouse.")
            if now.explored.replay.running:
                told = _("A replay is under way: [x] cancels it.")
                told = keyed(told, {"x": "events.cancel"}, self._console.key_of)
            self._console.refuse(told)
        self._console.tick()
