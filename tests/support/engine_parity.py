"""One stream of events in two warehouses, DuckDB and Snowflake, and both asked the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.consumer.batch import build_batch
from core.warehouse.base import Warehouse
from core.warehouse.model import RawBatch
from tests.support.decoding import ORDERS
from tests.support.oracle import oracle_rows

TOPIC = TopicIdentity("cluster-1", "orders_topic", "0")
RECEIVED = datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)


class StillClock(SystemClock):
    """A clock whose wall time a test sets; durations stay true."""

    def __init__(self) -> None:
        self.moment = RECEIVED

    def now(self) -> datetime:
        """The time that was set."""
        return self.moment


@dataclass(frozen=True)
class Record:
    """A record as the client gives it."""

    at: tuple[int, int]
    content: bytes | None
    name: bytes | None = None
    extra: Sequence[tuple[str, bytes | None]] = ()

    def partition(self) -> int:
        return self.at[0]

    def offset(self) -> int:
        return self.at[1]

    def value(self) -> bytes | None:
        return self.content

    def key(self) -> bytes | None:
        return self.name

    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        return self.extra

    def timestamp(self) -> tuple[int, int]:
        return 0, 0


class EngineParity:
    """Both warehouses, and how far each partition was read into both."""

    def __init__(self, duck: Warehouse, snow: Warehouse, clock: StillClock) -> None:
        self.duck = duck
        self.snow = snow
        self.clock = clock
        self.positions: dict[int, int] = {}

    @property
    def both(self) -> tuple[Warehouse, Warehouse]:
        """The two."""
        return self.duck, self.snow

    def consume(
        self,
        payloads: Sequence[bytes | None],
        *,
        partition: int = 0,
        gap: int = 0,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes | None]] = (),
    ) -> RawBatch:
        """Store payloads as the consumer would; `gap` offsets before them are lost."""
        start = self.positions.setdefault(partition, 0)
        records = [
            Record((partition, start + gap + place), content, key, headers)
            for place, content in enumerate(payloads)
        ]
        batch = build_batch(
            records, TOPIC, {partition: start}, self.clock.moment, ORDERS, contiguous_offsets=True
        ).raw
        self.store(batch)
        return batch

    def store(self, batch: RawBatch) -> None:
        """Store a batch in both."""
        for warehouse in self.both:
            starts = {move.partition: move.from_offset for move in batch.advances}
            assert warehouse.register_partitions(TOPIC, starts) == starts
            warehouse.write_batch(batch)
        for move in batch.advances:
            self.positions[move.partition] = move.next_offset

    def merge(self) -> None:
        """Merge in both, a minute later."""
        self.clock.moment += timedelta(minutes=1)
        first, second = (warehouse.merge() for warehouse in self.both)
        for name in ("inserted", "updated", "stale", "quarantined", "delay_s"):
            assert getattr(first, name) == getattr(second, name), name
        for warehouse in self.both:
            ((_orders, *differing),) = warehouse.rows("validate_kept")
            assert differing == [0, 0]

    def rows(self, name: str) -> list[tuple[object, ...]]:
        """Ask both the same; fail where they differ; return the rows."""
        first, second = (
            [tuple(map(_alike, row)) for row in oracle_rows(warehouse, name)]
            for warehouse in self.both
        )
        assert len(first) == len(second), name
        for one, other in zip(first, second, strict=True):
            cells = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
            assert not cells, f"{name}: {one[0]}: {cells}"
        return first

    def same(self, name: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run a read of the product in both; fail where they differ."""
        first, second = (
            [tuple(map(_alike, row)) for row in warehouse.rows(name, parameters)]
            for warehouse in self.both
        )
        assert first == second, name
        return first


def _alike(cell: Any) -> object:
    """Return a cell as both engines mean it: JSON by its value, whole numbers as int.

    A VARIANT keeps 38 digits of a number and no zeros at its end; DuckDB keeps the text. Money is
    compared where it is exact, in `orders`.
    """
    if isinstance(cell, str) and cell.startswith("{"):
        value = json.loads(cell, parse_int=_number, parse_float=_number)
        return json.dumps(value, sort_keys=True)
    if isinstance(cell, bytes) and cell.startswith(b'{"') and b'"event_type"' in cell:
        return _alike_bytes(cell)
    if isinstance(cell, Decimal) and cell.as_tuple().exponent == 0:
        return int(cell)
    return cell


def _number(text: str) -> float:
    return float(text) + 0.0  # there is no negative zero in a VARIANT


def _alike_bytes(cell: bytes) -> object:
    """Dead letters of the merge hold the event as the engine prints it; others every byte."""
    try:
        return _alike(cell.decode())
    except ValueError:
        return cell
