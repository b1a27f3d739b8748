"""Two consumers, one warehouse, any interleaving: every record is stored once, whoever dies.

The state machine plays the group, the topic and the crashes; batches, store, fence and file are the
real ones. A consumer that lost a partition does not know it yet, as after a rebalance that it slept
through, and writes all the same.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.batch import build_batch
from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.errors import FencedError, WarehouseError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, OffsetGap, RawBatch
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.oracle import check_newest_orders, coordinates, oracle_rows

TOPIC = TopicIdentity("cluster", "orders_topic", "one")
PARTITIONS = (0, 1, 2)
VALUES = (
    event(1, quantity=1),
    event(1, quantity=2, sold_at="2024-05-06T09:00:00Z"),
    event(2, quantity=3, timestamp="2024-05-06T10:00:00Z"),
    event(2, quantity=4),
    event(3, quantity=0),
    b"{",
    None,
)


@dataclass(frozen=True)
class Record:
    """What a batch asks of a record of the client."""

    _partition: int
    _offset: int
    _value: bytes | None

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes | None:
        return self._value

    def key(self) -> bytes:
        return b"key"

    def headers(self) -> list[tuple[str, bytes]]:
        return [("header", b"value")]

    def timestamp(self) -> tuple[int, int]:
        return 0, 0


class Unreliable:
    """The warehouse over a bad line: a write may fail before the commit, or lose its reply.

    overtaken: what another consumer does while a write fails.
    """

    def __init__(
        self, warehouse: DuckDbWarehouse, faults: list[str], overtaken: Callable[[], None]
    ) -> None:
        self._warehouse = warehouse
        self._faults = faults
        self._overtaken = overtaken

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        return self._warehouse.stored_offsets(identity)

    def write_batch(self, batch: RawBatch) -> None:
        fault = self._faults.pop(0) if self._faults else "none"
        if fault == "overtaken":
            self._overtaken()
        if fault in {"before", "overtaken"}:
            raise WarehouseError("not sent", transient=True)
        self._warehouse.write_batch(batch)
        if fault == "after":
            raise WarehouseError("the reply was lost", transient=True)


class NoWait(SystemClock):
    """Backoff without waiting."""

    def wait(self, event: Event, seconds: float) -> bool:
        self._ahead = getattr(self, "_ahead", 0.0) + seconds
        return event.is_set()

    def monotonic(self) -> float:
        return getattr(self, "_ahead", 0.0)


@dataclass
class Member:
    """One consumer: positions as `Assignment` keeps them, and the records in its hands."""

    positions: dict[int, int] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)


class Group(RuleBasedStateMachine):
    """The group, the topic and everything that befalls them."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fence-")
        self._settings = Settings(paths=Paths(data=Path(self._folder.name)))
        self._warehouse = DuckDbWarehouse(self._settings, clock=SystemClock())
        # Two members that both believe to hold everything, and something to read for them.
        self._topic: dict[int, list[bytes | None]] = {part: [*VALUES] for part in PARTITIONS}
        self._commits: dict[int, int] = {}
        self._members = [Member(), Member()]
        for who in (0, 1):
            self.assign(who, set(PARTITIONS))

    @rule(
        part=st.sampled_from(PARTITIONS),
        values=st.lists(st.sampled_from(VALUES), min_size=1, max_size=6),
    )
    def publish(self, part: int, values: list[bytes | None]) -> None:
        self._topic[part] += values

    @rule(who=st.sampled_from((0, 1)), parts=st.sets(st.sampled_from(PARTITIONS), min_size=1))
    def assign(self, who: int, parts: set[int]) -> None:
        """Give partitions to a member; whoever had them is not told."""
        stored = self._warehouse.register_partitions(TOPIC, dict.fromkeys(sorted(parts), 0))
        assert set(stored) == parts
        self._members[who] = Member(stored)

    @rule(who=st.sampled_from((0, 1)), parts=st.sets(st.sampled_from(PARTITIONS), min_size=1))
    def revoke(self, who: int, parts: set[int]) -> None:
        """Take partitions away; records of theirs stay in the hands of the member."""
        for part in parts:
            self._members[who].positions.pop(part, None)

    @rule(who=st.sampled_from((0, 1)), most=st.integers(1, 8), again=st.integers(0, 3))
    def read(self, who: int, most: int, again: int) -> None:
        """Fetch records, some of them a second time, as after a seek."""
        member = self._members[who]
        for part, position in member.positions.items():
            start = max(position - again, 0)
            held = [record for record in member.records if record.partition() == part]
            if held:
                start = held[-1].offset() + 1
            values = self._topic[part][start : start + most]
            member.records += [
                Record(part, start + number, value) for number, value in enumerate(values)
            ]

    @rule(
        who=st.sampled_from((0, 1)),
        faults=st.lists(st.sampled_from(("before", "after", "overtaken", "none")), max_size=3),
    )
    def write(self, who: int, faults: list[str]) -> None:
        """Store what a member has read, as a session does."""
        member = self._members[who]
        records, member.records = member.records, []
        batch = build_batch(
            records, TOPIC, member.positions, datetime.now(UTC), ORDERS, contiguous_offsets=True
        )
        if not batch.raw.advances:
            return
        writer = BatchWriter(
            Unreliable(self._warehouse, [*faults], lambda: self.write(1 - who, [])),  # type: ignore[arg-type] - what a store needs
            NoWait(),
            Event(),
            waiting=lambda _reason: None,
            alive=lambda: None,
            give_up_after_s=None,
        )
        if writer.write(batch.raw) is WriteOutcome.STORED:
            for move in batch.raw.advances:
                member.positions[move.partition] = move.next_offset
                self._commits[move.partition] = move.next_offset
        else:
            stored = self._warehouse.stored_offsets(TOPIC)
            member.positions = {part: stored[part] for part in member.positions}

    @rule(
        who=st.sampled_from((0, 1)),
        most=st.integers(1, 8),
        faults=st.lists(st.sampled_from(("before", "after", "overtaken", "none")), max_size=3),
    )
    def consume(self, who: int, most: int, faults: list[str]) -> None:
        """Fetch and store, as most of the time."""
        self.read(who, most, 0)
        self.write(who, faults)

    @rule(first=st.sampled_from((0, 1)), most=st.integers(1, 8))
    def race(self, first: int, most: int) -> None:
        """Both fetch, then both store."""
        self.read(0, most, 0)
        self.read(1, most + 2, 1)
        self.write(first, ["overtaken"] if most % 2 else [])
        self.write(1 - first, ["after"])

    @rule(what=st.sampled_from(("crash 0", "crash 1", "restart", "merge")))
    def befall(self, what: str) -> None:
        """Lose everything that is not in the file, or merge."""
        if what == "merge":
            self._warehouse.merge()
        elif what == "restart":
            self._members = [Member(), Member()]
            self._warehouse.close()
            self._warehouse = DuckDbWarehouse(self._settings, clock=SystemClock())
        else:
            self._members[int(what[-1])] = Member()

    @precondition(lambda self: sum(self._commits.values()))
    @rule(part=st.sampled_from(PARTITIONS), behind=st.integers(1, 3))
    def old_batch(self, part: int, behind: int) -> None:
        """A batch from before is refused as a whole, its gap and its other partitions with it."""
        stored = self._warehouse.stored_offsets(TOPIC)
        if stored.get(part, 0) < behind:
            return
        other = min(stored)
        moves = {part: OffsetAdvance(part, stored[part] - behind, stored[part] + 5)}
        moves.setdefault(other, OffsetAdvance(other, stored[other], stored[other] + 5))
        gap = OffsetGap(part, stored[part], stored[part] + 5, "evicted")
        now = datetime.now(UTC)
        batch = RawBatch(TOPIC, now, (), (), (), (), tuple(moves.values()), (gap,))
        with pytest.raises(FencedError):
            self._warehouse.write_batch(batch)

    @invariant()
    def whole(self) -> None:
        """Each partition is stored from its beginning to the stored offset, each record once."""
        stored = self._warehouse.stored_offsets(TOPIC)
        source = TOPIC.source_id
        expected = [
            (source, part, offset) for part in sorted(stored) for offset in range(stored[part])
        ]
        assert coordinates(self._warehouse) == expected
        assert self._warehouse.rows("inspect_gaps", [1]) == []
        assert all(told <= stored[part] for part, told in self._commits.items())

    def teardown(self) -> None:
        """Let one member read everything; then all is there, and the newest orders with it."""
        if not hasattr(self, "_warehouse"):
            return
        self.assign(0, set(PARTITIONS))
        while any(
            self._members[0].positions[part] < len(values) for part, values in self._topic.items()
        ):
            self.read(0, 8, 0)
            self.write(0, [])
        self.whole()
        self._warehouse.merge()
        records = [
            (part, offset, value)
            for part, values in self._topic.items()
            for offset, value in enumerate(values)
        ]
        good = len(oracle_rows(self._warehouse, "orders"))
        letters = self._warehouse.dead_letters()
        assert all(
            letter.payload == self._topic[letter.partition][letter.offset] for letter in letters
        )
        assert {letter.key for letter in letters} <= {b"key"}
        check_newest_orders(records, oracle_rows(self._warehouse, "orders"))
        assert good <= 2
        self._warehouse.close()
        self._folder.cleanup()


TestFencing = pytest.mark.slow(Group.TestCase)
TestFencing.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    # A shorter example is not worth the minutes that it takes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
