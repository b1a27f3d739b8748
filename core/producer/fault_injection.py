"""Injected records: duplicates, late older versions, deletes and poison, mixed into a stream.

They come on top of the events: every event itself is published as it is. What was injected is
written to an answer key, so that a check can tell whether the pipeline dealt with all of it. How an
event is made older or broken is known by its format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.producer.options import ProduceOptions
from core.producer.sources import EventFormat, Indices

FaultKind = Literal["duplicates", "late", "poison", "deletes"]

MAX_DELAY = 200
"""An injected record comes at most so many events after the one it goes with.

A delete comes after all of them: a duplicate behind it would bring its row back.
"""

Places = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Fault:
    """One injected record, by its id. detail: what should become of it, or how it differs."""

    kind: FaultKind
    id: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """Rows in the order of publishing; `faults` tells which of them are injected."""

    rows: pa.RecordBatch
    faults: Mapping[int, Fault] = field(default_factory=dict)


class FaultInjector:
    """Adds faults to the rows of a format that pass. One thread uses it.

    run: goes into the ids of poison records, so that no event ever has them.
    """

    def __init__(self, options: ProduceOptions, run: str, form: EventFormat) -> None:
        self._options = options
        self._format = form
        self._random = np.random.default_rng(options.seed)
        self._run = run
        self._poisoned = 0
        # Injected rows whose turn comes in a later call, with their position from its start.
        self._waiting = _none(form.schema)
        self._waiting_at = np.zeros(0)
        self._waiting_faults: list[Fault] = []

    def feed(self, rows: pa.RecordBatch) -> Planned:
        """Return the rows with the faults whose turn has come."""
        count = rows.num_rows
        extras = [self._waiting]
        faults = list(self._waiting_faults)
        places: list[Places] = [self._waiting_at]
        for (extra, chosen, made), after in (
            (self._duplicates(rows), 0),
            (self._late(rows), 0),
            (self._poison(rows), 0),
            (self._deletes(rows), MAX_DELAY),
        ):
            extras.append(extra)
            faults += made
            delays = after + self._random.integers(1, MAX_DELAY, len(chosen))
            places.append((chosen + delays).astype(np.float64) + 0.5)
        injected = _joined(extras)
        at = np.concatenate(places)
        ready = at < count
        self._keep(injected, at - count, faults, ~ready)
        return _merged(rows, injected, at, faults, ready)

    def drain(self) -> Planned:
        """Return what still waits for its turn; call it once the rows have ended."""
        injected, at, faults = self._waiting, self._waiting_at, self._waiting_faults
        self._keep(injected, at, faults, np.zeros(len(at), np.bool_))
        return _merged(_none(self._format.schema), injected, at, faults, np.ones(len(at), np.bool_))

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

    def _duplicates(self, rows: pa.RecordBatch) -> "_Made":
        """Return rows to be published once more, unchanged."""
        chosen = self._choose(rows.num_rows, self._options.duplicates)
        again = rows.take(pa.array(chosen))
        return again, chosen, [Fault("duplicates", name) for name in self._format.ids(again)]

    def _late(self, rows: pa.RecordBatch) -> "_Made":
        """Return older versions of rows."""
        chosen = self._choose(rows.num_rows, self._options.late)
        older, places, details = self._format.older(rows.take(pa.array(chosen)), self._random)
        names = self._format.ids(older)
        faults = [Fault("late", name, detail) for name, detail in zip(names, details, strict=True)]
        return older, chosen[places], faults

    def _deletes(self, rows: pa.RecordBatch) -> "_Made":
        """Return deletes of rows."""
        chosen = self._choose(rows.num_rows, self._options.deletes)
        deletes, places, details = self._format.deletes(rows.take(pa.array(chosen)), self._random)
        names = self._format.ids(deletes)
        made = zip(names, details, strict=True)
        return deletes, chosen[places], [Fault("deletes", name, detail) for name, detail in made]

    def _poison(self, rows: pa.RecordBatch) -> "_Made":
        """Return rows under ids of their own, which a consumer must refuse."""
        chosen = self._choose(rows.num_rows, self._options.poison)
        first = self._poisoned + 1
        self._poisoned += len(chosen)
        names = [f"POISON_{self._run}_{number}" for number in range(first, self._poisoned + 1)]
        broken, reasons = self._format.poisoned(rows.take(pa.array(chosen)), names, self._random)
        faults = [
            Fault("poison", name, {"reason": reason})
            for name, reason in zip(names, reasons, strict=True)
        ]
        return broken, chosen, faults


_Made = tuple[pa.RecordBatch, Indices, list[Fault]]
"""Injected rows, the index of the row that each goes with, and what each is."""


def _none(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Return one batch with the rows of all."""
    rows = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return rows[0] if rows else batches[0]


def _merged(
    rows: pa.RecordBatch,
    injected: pa.RecordBatch,
    at: Places,
    faults: list[Fault],
    ready: Flags,
) -> Planned:
    """Return rows and the injected ones that are ready, each in its place."""
    indexes = np.flatnonzero(ready)
    count = rows.num_rows
    order = np.argsort(np.concatenate([np.arange(count), at[indexes]]), kind="stable")
    both = _joined([rows, injected.take(pa.array(indexes))])
    where = {
        int(position): faults[indexes[row - count]]
        for position, row in enumerate(order.tolist())
        if row >= count
    }
    return Planned(both.take(pa.array(order)), where)
