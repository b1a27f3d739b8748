"""What a console asks beside its readings: rows of tables, SQL, the trace of a key.

Each kind has an `Asker`, so that one never waits for another. The answers are kept here and not
within the moment of the whole pipeline: in an attached console too they are its own.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any

from core.broker.base import Broker
from core.broker.inventory import Inventory
from core.clock import Clock
from core.config import Settings
from core.errors import UsageError
from core.operations.asker import Asker
from core.operations.inspect import letters_of
from core.operations.offset_plan import OffsetPlan
from core.operations.offset_target import OffsetTarget
from core.operations.peeked import Peeked
from core.operations.topic_search import TopicSearch, search
from core.operations.trace import Trace, trace
from core.query.history import QueryHistory
from core.query.letters import NEWEST, Desk, LetterOrder, Narrowing, read_desk
from core.query.pages import Page
from core.query.records import Wanted
from core.query.since import Since
from core.registry.display import ReadableValues
from core.text import _
from core.warehouse.base import Warehouse
from core.warehouse.model import StoredDeadLetter
from core.warehouse.questions import MOST_ROWS, Found, Question

if TYPE_CHECKING:
    from core.operations.topic_peek import TopicPeek

_HISTORY = "sql_history.jsonl"
_JOIN_S = 5.0

Columns = Mapping[str, Sequence[str]]


class Asking:
    """Asks, off the screen's thread. warehouse, broker: return them, or say why they are not there.

    `close` ends all of it.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        warehouse: Callable[[], Warehouse],
        broker: Callable[[], Broker],
        *,
        read_only: bool = False,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._warehouse = warehouse
        self._broker = broker
        self._read_only = read_only
        self._numbers = count(1)
        self.rows: Asker[Found] = Asker("ask-rows", clock)
        self.sql: Asker[Found] = Asker("ask-sql", clock)
        self.export: Asker[Found] = Asker("ask-export", clock)
        self.names: Asker[Columns] = Asker("ask-names", clock)
        self.traces: Asker[Trace] = Asker("ask-trace", clock)
        self.desk: Asker[Desk] = Asker("ask-desk", clock)
        self.letter: Asker[StoredDeadLetter] = Asker("ask-letter", clock)
        self.searches: Asker[TopicSearch] = Asker("ask-search", clock)
        self.peeks: Asker[Peeked] = Asker("ask-peek", clock)
        self.surveys: Asker[Inventory] = Asker("ask-cluster", clock)
        self.resets: Asker[OffsetPlan] = Asker("ask-offsets", clock)
        self.history = QueryHistory(settings.paths.data / _HISTORY)
        self._display = ReadableValues(settings, clock)

    @property
    def _askers(self) -> tuple[Asker[Any], ...]:
        data = (self.rows, self.sql, self.export, self.names, self.desk, self.letter)
        return (*data, self.traces, self.searches, self.peeks, self.surveys, self.resets)

    def page(self, page: Page) -> int:
        """Ask for a page of a table; `rows.latest` has it in the end."""
        return self._ask(self.rows, self._question(page))

    def whole(self, page: Page) -> int:
        """Ask for all rows that a page is part of, for `export`."""
        return self._ask(self.export, self._question(page, rows=MOST_ROWS))

    def run(self, sql: str, *, rows: int, seconds: float) -> int:
        """Run a person's statement, and keep it in the history."""
        self.history.add(sql)
        return self._ask(self.sql, Question(self._id(), sql, rows=rows, seconds=seconds))

    def learn_names(self) -> None:
        """Ask once which tables and columns there are, for completion."""
        if not self.names.latest.number:
            self.names.ask(self._columns)

    def trace(self, key: str) -> int:
        """Look for a key everywhere; `traces.latest` has more and more of it."""

        def work() -> Trace:
            return trace(
                key,
                self._settings,
                self._warehouse(),
                self._broker,
                self._id,
                show=self.traces.show,
                text=self._display.text,
            )

        return self.traces.ask(work)

    def letters(self, narrowing: Narrowing, number: int, order: LetterOrder = NEWEST) -> int:
        """Ask for a page of dead letters with the counts of all; `desk.latest` has it in the end.

        number: of the page, from 0; order: of all of them.
        """

        def work() -> Desk:
            now = self._clock.now()
            text = self._display.text
            return read_desk(self._warehouse(), narrowing, number, now, text, order=order)

        return self.desk.ask(work)

    def whole_letter(self, event_id: str) -> int:
        """Ask for a dead letter with all of its bytes; `letter.latest` has it in the end."""

        def work() -> StoredDeadLetter:
            for letters in letters_of(self._warehouse(), [event_id]):
                for letter in letters:
                    return letter
            raise UsageError(
                _("this dead letter is not pending any more"),
                hint=_("refresh the list and choose another one"),
            )

        return self.letter.ask(work)

    def search(self, words: str, since: str) -> int:
        """Search the topic from a place on; `searches.latest` has more and more of it.

        words: see `core.query.records`; since: see `core.query.since`. Errors: UsageError.
        """
        wanted, place = Wanted.of(words), Since.of(since, self._clock.now())
        stop = Event()

        def work() -> TopicSearch:
            return search(
                self._broker(),
                self._settings.kafka,
                wanted,
                place,
                stop,
                show=self.searches.show,
                text=ReadableValues(self._settings, self._clock).text,
            )

        return self.searches.ask(work, stop.set)

    def peek(self, topic: str, place: str) -> int:
        """Look into a topic at a place; `peeks.latest` has the page in the end.

        place: see `core.operations.offset_target`; at the end the topic is followed until something
        else is asked for. Errors: UsageError.
        """
        target, stop = OffsetTarget.of(place, self._clock.now()), Event()
        text = ReadableValues(self._settings, self._clock).text
        group_id = self._settings.kafka.group_id

        def live() -> Peeked:
            from core.operations.topic_peek import follow  # noqa: PLC0415 - loads the Kafka client

            return follow(
                self._broker,
                topic,
                group_id,
                target,
                stop,
                clock=self._clock,
                show=self.peeks.show,
                text=text,
            )

        if target.kind == "end":
            return self.peeks.ask(live, stop.set)
        return self._peek(topic, stop, lambda peek: peek.at(target))

    def turn_peek(self, page: Peeked, step: int) -> int:
        """Read the page after another one, or the one before."""
        return self._peek(page.topic, Event(), lambda peek: peek.turned(page, step))

    def survey(self) -> int:
        """Look at the whole cluster; `surveys.latest` has more and more of it."""

        def work() -> Inventory:
            from core.operations.cluster_survey import (  # noqa: PLC0415 - loads the Kafka client
                survey,
            )

            return survey(self._broker(), self._settings.kafka, self.surveys.show)

        return self.surveys.ask(work)

    def plan_reset(self, group: str, topic: str, place: str) -> int:
        """Ask what setting the offsets of a group would do; `resets.latest` has the plan.

        place: see `core.operations.offset_target`. Errors: UsageError.
        """
        target, kafka = OffsetTarget.of(place, self._clock.now()), self._settings.kafka

        def work() -> OffsetPlan:
            from core.operations import offset_reset  # noqa: PLC0415 - loads the Kafka client

            if group == kafka.group_id:
                return offset_reset.plan_own(self._broker(), self._warehouse(), kafka, target)
            return offset_reset.plan(self._broker(), group, topic, target)

        return self.resets.ask(work)

    def reset(self, plan: OffsetPlan) -> int:
        """Do what a plan says; `resets.latest` has it as done. Errors: UsageError in read-only.

        For our own group that is to read again, with progress.
        """
        if self._read_only:
            raise UsageError(_("read-only: nothing can be changed here"))
        if plan.own:
            stop = Event()
            return self.resets.ask(lambda: self._reread(plan, stop), stop.set)

        def work() -> OffsetPlan:
            from core.operations import offset_reset  # noqa: PLC0415 - loads the Kafka client

            return offset_reset.apply(self._broker(), self._settings.kafka, plan)

        return self.resets.ask(work)

    def _reread(self, plan: OffsetPlan, stop: Event) -> OffsetPlan:
        from core.consumer.decoders.factory import decoder_of  # noqa: PLC0415 - loads Arrow
        from core.operations.offset_reread import reread  # noqa: PLC0415 - loads the Kafka client

        return reread(
            self._broker(),
            self._warehouse(),
            self._settings.kafka,
            plan,
            decoder=decoder_of(self._settings),
            stop=stop,
            clock=self._clock,
            show=self.resets.show,
        )

    def close(self) -> None:
        """End everything; blocks for a few seconds at most."""
        for asker in self._askers:
            asker.close()
        for asker in self._askers:
            asker.join(_JOIN_S)

    def _peek(self, topic: str, stop: Event, read: Callable[["TopicPeek"], Peeked]) -> int:
        def work() -> Peeked:
            from core.operations.topic_peek import TopicPeek  # noqa: PLC0415 - loads the Kafka client

            text = ReadableValues(self._settings, self._clock).text
            group_id, tell = self._settings.kafka.group_id, self.peeks.tell
            return read(TopicPeek(self._broker(), topic, group_id, stop, text=text, progress=tell))

        return self.peeks.ask(work, stop.set)

    def _ask(self, asker: Asker[Found], question: Question) -> int:
        return asker.ask(
            lambda: self._warehouse().ask(question),
            lambda: self._warehouse().cancel_question(question.id),
        )

    def _question(self, page: Page, rows: int = 0) -> Question:
        return page.question(self._settings.pipeline, self._settings.engine, self._id(), rows)

    def _id(self) -> str:
        return f"{id(self):x}-{next(self._numbers)}"

    def _columns(self) -> Columns:
        found: dict[str, list[str]] = {}
        for column in self._warehouse().columns():
            if column.found is not None:
                found.setdefault(column.table, []).append(column.name)
        return found
