"""Injected faults: duplicates, late older versions and poison, mixed into a stream of orders.

They come on top of the orders: every order itself is published as it is. What was injected is
written to an answer key, so that a check can tell whether the pipeline dealt with all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.producer.encode import ORDER_COLUMNS, ORDER_SCHEMA
from core.producer.options import ProduceOptions
from core.producer.order_rules import INSTANT, MAX_QUANTITY
from core.producer.poison import POISONS

FaultKind = Literal["duplicates", "late", "poison"]

MAX_DELAY = 200
"""An injected record comes at most so many orders after the one it goes with."""

MAX_AGE_S = 86_400
"""A late version is at most so many seconds older than the one published before it."""

Indices = NDArray[np.int64]
Places = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NS = 1_000_000_000
_POISONS = tuple(POISONS)


@dataclass(frozen=True)
class Fault:
    """One injected record. detail: what a consumer should make of it, or how it differs."""

    kind: FaultKind
    order_id: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """Orders in the order of publishing; `faults` tells which rows of them are injected."""

    orders: pa.RecordBatch
    faults: Mapping[int, Fault] = field(default_factory=dict)


class Injector:
    """Adds faults to the orders that pass. One thread uses it.

    run: goes into the ids of poison records, so that no order ever has them.
    """

    def __init__(self, options: ProduceOptions, run: str) -> None:
        self._options = options
        self._random = np.random.default_rng(options.seed)
        self._run = run
        self._poisoned = 0
        # Injected rows whose turn comes in a later call, with their position from its start.
        self._waiting = _no_orders()
        self._waiting_at = np.zeros(0)
        self._waiting_faults: list[Fault] = []

    def feed(self, orders: pa.RecordBatch) -> Planned:
        """Return the orders with the faults whose turn has come."""
        count = orders.num_rows
        extras = [self._waiting]
        faults = list(self._waiting_faults)
        places: list[Places] = [self._waiting_at]
        for rows, chosen, made in (
            self._duplicates(orders),
            self._late(orders),
            self._poison(orders),
        ):
            extras.append(rows)
            faults += made
            delays = self._random.integers(1, MAX_DELAY, len(chosen))
            places.append((chosen + delays).astype(np.float64) + 0.5)
        injected = _joined(extras)
        at = np.concatenate(places)
        ready = at < count
        self._keep(injected, at - count, faults, ~ready)
        return _merged(orders, injected, at, faults, ready)

    def drain(self) -> Planned:
        """Return what still waits for its turn; call it once the orders have ended."""
        injected, at, faults = self._waiting, self._waiting_at, self._waiting_faults
        self._keep(injected, at, faults, np.zeros(len(at), np.bool_))
        return _merged(_no_orders(), injected, at, faults, np.ones(len(at), np.bool_))

    def _keep(
        self,
        injected: pa.RecordBatch,
        at: Places,
        faults: list[Fault],
        kept: Flags,
    ) -> None:
        indexes = np.flatnonzero(kept)
        self._waiting = injected.take(pa.array(indexes))
        self._waiting_at = at[indexes]
        self._waiting_faults = [faults[index] for index in indexes]

    def _choose(self, count: int, share: float) -> Indices:
        if share <= 0:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self._random.random(count) < share)

    def _duplicates(self, orders: pa.RecordBatch) -> "_Made":
        """Return orders to be published once more, unchanged."""
        chosen = self._choose(orders.num_rows, self._options.duplicates)
        rows = orders.take(pa.array(chosen))
        return rows, chosen, [Fault("duplicates", name) for name in rows.column(0).to_pylist()]

    def _late(self, orders: pa.RecordBatch) -> "_Made":
        """Return older versions of orders: sold earlier, in another quantity."""
        chosen = self._choose(orders.num_rows, self._options.late)
        sold = orders.column("sold_at").take(pa.array(chosen)).cast(INSTANT).cast(pa.int64())
        seconds = np.asarray(sold) // _NS - self._random.integers(1, MAX_AGE_S, len(chosen))
        chosen, seconds = chosen[seconds >= 0], seconds[seconds >= 0]
        newer = orders.take(pa.array(chosen))
        quantity = np.asarray(newer.column("quantity").cast(pa.int64()))
        columns = list(newer.columns)
        columns[ORDER_COLUMNS.index("quantity")] = pa.array(
            np.where(quantity < MAX_QUANTITY, quantity + 1, quantity - 1)
        ).cast(pa.string())
        columns[ORDER_COLUMNS.index("sold_at")] = pc.strftime(
            pa.array(seconds).cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ"
        )
        older = pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)
        faults = [
            Fault(
                "late",
                old["id"],
                {
                    "sold_at": old["sold_at"],
                    "quantity": old["quantity"],
                    "newer_sold_at": new["sold_at"],
                    "newer_quantity": new["quantity"],
                },
            )
            for old, new in zip(older.to_pylist(), newer.to_pylist(), strict=True)
        ]
        return older, chosen, faults

    def _poison(self, orders: pa.RecordBatch) -> "_Made":
        """Return orders under ids of their own, to be broken once they are encoded."""
        chosen = self._choose(orders.num_rows, self._options.poison)
        first = self._poisoned + 1
        self._poisoned += len(chosen)
        names = [f"POISON_{self._run}_{number}" for number in range(first, self._poisoned + 1)]
        columns = list(orders.take(pa.array(chosen)).columns)
        columns[0] = pa.array(names, pa.string())
        kinds = self._random.integers(0, len(_POISONS), len(chosen))
        faults = [
            Fault("poison", name, {"reason": _POISONS[kind]})
            for name, kind in zip(names, kinds, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA), chosen, faults


_Made = tuple[pa.RecordBatch, Indices, list[Fault]]
"""Injected rows, the index of the order that each goes with, and what each is."""


def _no_orders() -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array([], pa.string()) for _name in ORDER_COLUMNS], schema=ORDER_SCHEMA
    )


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Return one batch with the rows of all."""
    rows = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return rows[0] if rows else _no_orders()


def _merged(
    orders: pa.RecordBatch,
    injected: pa.RecordBatch,
    at: Places,
    faults: list[Fault],
    ready: Flags,
) -> Planned:
    """Return orders and the injected rows that are ready, each in its place."""
    indexes = np.flatnonzero(ready)
    count = orders.num_rows
    order = np.argsort(np.concatenate([np.arange(count), at[indexes]]), kind="stable")
    both = _joined([orders, injected.take(pa.array(indexes))])
    where = {
        int(position): faults[indexes[row - count]]
        for position, row in enumerate(order.tolist())
        if row >= count
    }
    return Planned(both.take(pa.array(order)), where)
