"""Older versions of events, made up: an earlier time or a lower count, and other values with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
import numpy as np

from core.pipeline.base import steps
from core.pipeline.cells import cell_json, moment_cell
from core.pipeline.types import FieldType
from core.producer.events.edit import value_at, with_value
from core.producer.events.validator import EventValidator

MAX_AGE_S = 86_400
"""A late version is at most so many seconds, counts or days older than the one before it."""

_LOWERED = frozenset({"timestamp", "date", "integer", "decimal", "number"})

Texts = Mapping[str, str]


class OlderVersions:
    """Makes older versions of valid events, as the definition tells old from new."""

    def __init__(self, judge: EventValidator) -> None:
        definition = judge.definition
        self._fields = definition.fields
        self._reason = judge.reason
        self._read = judge.decoder.read
        self._version = next(
            (path for path in definition.versions if self._fields[path].type.kind in _LOWERED), None
        )
        event = definition.event
        kept = {event.key, event.type, event.time, *definition.versions}
        kept |= {table.field for table in definition.references.values()}
        self._others = [path for path in definition.fields if path not in kept]

    @property
    def possible(self) -> bool:
        """Whether something other than its offset makes one version older than another."""
        return self._version is not None

    def version(
        self, event: bytes, random: np.random.Generator
    ) -> tuple[bytes, Texts, Texts] | None:
        """Return an older version, and what it and the event hold in the fields that differ.

        None where the event has none that would be valid.
        """
        if self._version is None or value_at(event, steps(self._version)) is None:
            return None
        values = self._read(event).values
        made = self._changed(event, self._version, self._lowered(values, random))
        if made is None:
            return None
        paths = [self._version]
        for path in self._others:
            for other in self._different(values[path], path):
                further = self._changed(made, path, other)
                if further is not None:
                    made, paths = further, [*paths, path]
                    break
            if len(paths) > 1:
                break
        return made, _shown(made, paths), _shown(event, paths)

    def _changed(self, event: bytes, path: str, cell: str | None) -> bytes | None:
        """Return an event with another value, where that is a valid one."""
        if cell is None:
            return None
        try:
            made = with_value(event, steps(path), cell.encode())
        except (KeyError, ValueError):
            return None
        return None if self._reason(made) else made

    def _lowered(self, values: Mapping[str, object], random: np.random.Generator) -> str | None:
        """Return a smaller version as JSON; None where its type has none."""
        path = self._version or ""
        by = int(random.integers(1, MAX_AGE_S))
        try:
            return _less(values[path], self._fields[path].type, by)
        except (ArithmeticError, ValueError):
            return None

    def _different(self, value: object, path: str) -> Sequence[str]:
        """Return other values of a field as JSON; it is tried whether they are valid."""
        field = self._fields[path]
        if field.one_of:
            return [cell_json(str(one), field.type) for one in field.one_of]
        if isinstance(value, bool):
            return ["false" if value else "true"]
        if isinstance(value, (int, Decimal)):
            return [str(value + 1), str(value - 1)]
        if isinstance(value, str):
            return [cell_json(value[:-1] + letter, field.type) for letter in "012"]
        return []


def _less(value: object, kind: FieldType, by: int) -> str | None:
    if isinstance(value, datetime):
        return cell_json(moment_cell(value - timedelta(seconds=by), kind), kind)
    if isinstance(value, date):
        return cell_json(str(value - timedelta(days=1 + by % 30)), kind)
    return str(value - 1)  # type: ignore[operator]


def _shown(event: bytes, paths: Sequence[str]) -> Texts:
    """Return values as texts by their paths."""
    found = {path: value_at(event, steps(path)) or b"null" for path in paths}
    return {
        path: msgspec.json.decode(value) if value[:1] == b'"' else value.decode()
        for path, value in found.items()
    }
