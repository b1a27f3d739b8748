"""What the looking panes need: the topic, dead letters, the warehouse, the log, the doctor.

Each reading is taken only while its pane is on the screen (`look_at`); replay and doctor are tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.config.secrets import Redactor
from core.dlq.edits import Edit
from core.doctor.model import Finding
from core.operations.backends import Backends
from core.operations.inspect import DeadLetters, Inspection, dead_letters, inspect
from core.operations.letter_work import Chosen, Decided
from core.operations.logtail import LogEntry, LogTail
from core.operations.poller import Poller, Reading
from core.operations.replay_result import ReplayResult
from core.operations.tail_record import TailRecord
from core.operations.task import Task, TaskSnapshot
from core.registry.display import ReadableValues
from core.warehouse.base import Warehouse

if TYPE_CHECKING:
    from core.operations.topic_tail import TopicTail

_PEEK_S, _LETTERS_S, _INSPECT_S = 0.5, 2.0, 2.0
REMOTE_S = 15.0
"""Seconds between two looks at Snowflake, where a question wakes a warehouse that is billed."""


@dataclass(frozen=True)
class Explored:
    """One moment of what was looked at. replay: its `note` is why nothing goes out just now."""

    peek: Reading[tuple[TailRecord, ...]] = field(default_factory=Reading)
    letters: Reading[DeadLetters] = field(default_factory=Reading)
    inspection: Reading[Inspection] = field(default_factory=Reading)
    replay: TaskSnapshot[ReplayResult] = field(default_factory=TaskSnapshot)
    decision: TaskSnapshot[Decided] = field(default_factory=TaskSnapshot)
    doctor: TaskSnapshot[tuple[Finding, ...]] = field(default_factory=TaskSnapshot)
    log: tuple[LogEntry, ...] = ()


class Explorer:
    """Owns a poller for each reading and a task for replay and doctor.

    look_at may be called from any thread and returns at once. `close` ends all of it.
    """

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._settings = settings
        self._backends = backends
        self._clock = clock
        self._guard = Lock()
        self._wishes: dict[object, str] = {}
        self._tail: TopicTail | None = None
        self._letter_text = ReadableValues(settings, clock).text
        self._pollers: dict[str, tuple[Poller[Any], float]] = {
            "topic": (Poller("peek", self._look_at_topic, 0.0, clock), _PEEK_S),
            "letters": (
                Poller("letters", self._read_letters, 0.0, clock),
                settings.engine.every_s(_LETTERS_S, REMOTE_S),
            ),
            "warehouse": (
                Poller("inspection", self._inspect, 0.0, clock),
                settings.engine.every_s(_INSPECT_S, REMOTE_S),
            ),
        }
        self._replay: Task[ReplayResult] = Task("replay", clock)
        self._doctor: Task[tuple[Finding, ...]] = Task("doctor", clock)
        self.log = LogTail(Redactor(settings.secrets))

    def snapshot(self) -> Explored:
        """Return the present moment; never waits."""
        return Explored(
            peek=self._pollers["topic"][0].latest,
            letters=self._pollers["letters"][0].latest,
            inspection=self._pollers["warehouse"][0].latest,
            replay=self._replay.latest,
            doctor=self._doctor.latest,
            log=self.log.latest,
        )

    def take_settings(self, settings: Settings) -> None:
        """Let the doctor judge by other settings from now on."""
        self._settings = settings

    def look_at(self, what: str, viewer: object = None) -> None:
        """Keep one reading fresh: `topic`, `letters`, `warehouse`; anything else is none.

        viewer: who wants it; each viewer looks at one thing.
        """
        with self._guard:
            before = self._wanted
            others = {who: wish for who, wish in self._wishes.items() if who is not viewer}
            self._wishes = others | ({viewer: what} if what in self._pollers else {})
            wanted = self._wanted
        for name in before ^ wanted:
            poller, interval_s = self._pollers[name]
            if name in wanted:
                poller.start()
            poller.set_interval(interval_s if name in wanted else 0.0)

    @property
    def _wanted(self) -> set[str]:
        return set(self._wishes.values())

    def look_again(self) -> None:
        """Take the wanted readings as soon as possible."""
        for name in self._wanted:
            self._pollers[name][0].now()

    def replay(self, event_ids: Sequence[str]) -> bool:
        """Publish dead letters again in the background; those of the merge are left out."""
        return self.republish(Chosen(tuple(event_ids)))

    def republish(self, chosen: Chosen, edits: Sequence[Edit] = ()) -> bool:
        """Publish chosen dead letters again in the background, some with another payload."""
        return self._replay.run(lambda: self._publish(chosen, edits))

    def cancel_replay(self) -> None:
        """End a replay: what went out is marked, the rest stays listed."""
        self._replay.cancel()

    def examine(self) -> bool:
        """Let the doctor look at everything, in the background."""
        return self._doctor.run(self._examine)

    def close(self) -> None:
        """End pollers and tasks; blocks for a few seconds at most."""
        self._wishes = {}
        for task in (self._replay, self._doctor):
            task.close()
        for poller, _interval in self._pollers.values():
            poller.stop()
        for task in (self._replay, self._doctor):
            task.join(self._settings.timeout_s + 5.0)
        for poller, _interval in self._pollers.values():
            poller.join(5.0)
        if self._tail is not None:
            self._tail.close()
        self.log.end()

    def _warehouse(self) -> Warehouse:
        return self._backends.the_warehouse()

    def _broker(self) -> Broker:
        return self._backends.the_broker()

    def _look_at_topic(self) -> tuple[TailRecord, ...]:
        """Take a look while wanted; otherwise give up the client and keep what was seen."""
        if "topic" not in self._wanted:
            if self._tail is not None:
                self._tail.close()
                self._tail = None
            return self._pollers["topic"][0].latest.value or ()
        broker = self._broker()
        if self._tail is not None and self._tail.broker is not broker:
            self._tail.close()
            self._tail = None
        if self._tail is None:
            from core.operations.topic_tail import TopicTail  # noqa: PLC0415 - loads the Kafka client

            kafka = self._settings.kafka
            shown = ReadableValues(self._settings, self._clock)
            self._tail = TopicTail(broker, kafka.topic, kafka.group_id, text=shown.text)
        return self._tail.look()

    def _read_letters(self) -> DeadLetters | None:
        """Read while wanted; put to rest, keep the last value."""
        if "letters" not in self._wanted:
            return self.snapshot().letters.value
        return dead_letters(self._warehouse(), text=self._letter_text)

    def _inspect(self) -> Inspection | None:
        """Read while wanted; put to rest, keep the last value."""
        if "warehouse" not in self._wanted:
            return self.snapshot().inspection.value
        return inspect(self._warehouse(), self._settings)

    def _publish(self, chosen: Chosen, edits: Sequence[Edit]) -> ReplayResult:
        from core.operations.replay_task import publish_again  # noqa: PLC0415 - loads numpy

        warehouse, broker = self._warehouse(), self._broker()
        try:
            return publish_again(
                self._replay,
                chosen.found(warehouse),
                warehouse,
                broker,
                settings=self._settings,
                clock=self._clock,
                edits=edits,
            )
        finally:
            self.look_again()

    def _examine(self) -> tuple[Finding, ...]:
        from core.operations.doctor_task import run_doctor  # noqa: PLC0415 - loads every check

        warehouse = self._backends.warehouse
        return run_doctor(self._settings, self._clock, self._doctor, warehouse, self._show)

    def _show(self, so_far: Sequence[Finding]) -> None:
        self._doctor.show(tuple(so_far))
