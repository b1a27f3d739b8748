"""Events of any pipeline as records, and the faults that can be made of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from core.producer.events.deletes import Deletes
from core.producer.events.malformed_events import MalformedEvents
from core.producer.events.older_versions import OlderVersions
from core.producer.events.rows import EVENT_SCHEMA, event_rows, written
from core.producer.events.validator import EventValidator
from core.producer.sources import Details, Indices


class EventsFormat:
    """Events as keys and values.

    A value may leave the event's time open; it is filled in when the event goes out. What is made
    of one for a fault is whole, its time that of making.
    """

    schema = EVENT_SCHEMA
    id_key = "key"

    def __init__(self, judge: EventValidator) -> None:
        self._time_path = time = judge.definition.event.time
        self._time = None if time is None else judge.definition.fields[time]
        self._now = judge.now
        self._older = OlderVersions(judge)
        self._deletes = Deletes(judge)
        self._poisons = MalformedEvents(judge)

    @property
    def has_older(self) -> bool:
        """Whether older versions can be made up."""
        return self._older.possible

    def encode(
        self, rows: pa.RecordBatch, timestamp: str
    ) -> tuple[list[bytes], Sequence[bytes | None]]:
        """Return keys and values."""
        return written(rows, timestamp, self._time)

    def ids(self, rows: pa.RecordBatch) -> list[str]:
        """Return the keys."""
        return [key.decode(errors="replace") for key in rows.column(0).to_pylist()]

    def older(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return older versions of those rows that have one."""
        keys, values = self.encode(rows, self._now())
        made = [self._older.version(value or b"{}", random) for value in values]
        places = [place for place, one in enumerate(made) if one is not None]
        found = [one for one in made if one is not None]
        older = event_rows([keys[place] for place in places], [(one[0], None) for one in found])
        # The time that is still open is known only once the event goes out.
        is_open = rows.column(2).is_valid().to_pylist()
        details = [
            {
                "older": one[1],
                "newer": {
                    path: text
                    for path, text in one[2].items()
                    if path != self._time_path or not is_open[place]
                },
            }
            for place, one in zip(places, found, strict=True)
        ]
        return older, np.array(places, np.int64), details

    def deletes(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return deletes of the rows that can be deleted."""
        keys, values = self.encode(rows, self._now())
        made = [
            self._deletes.of(value or b"{}", key, random)
            for key, value in zip(keys, values, strict=True)
        ]
        places = [place for place, one in enumerate(made) if one is not None]
        found = [one for one in made if one is not None]
        deletes = event_rows([keys[place] for place in places], [one[0] for one in found])
        return deletes, np.array(places, np.int64), [{"by": one[1]} for one in found]

    def poisoned(
        self, rows: pa.RecordBatch, ids: Sequence[str], random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Sequence[str]]:
        """Return broken rows under other keys, and the reason that each should be refused for."""
        values = self.encode(rows, self._now())[1]
        made = [self._poisons.broken((value or b"{}").strip(), random) for value in values]
        keys = [name.encode() for name in ids]
        return event_rows(keys, [(value, None) for value, _reason in made]), [
            reason for _value, reason in made
        ]

    def broken(self, value: bytes | None, reason: str) -> bytes | None:  # noqa: ARG002 - broken already
        """Return what `poisoned` has made."""
        return value
