"""Events of any pipeline, made up as they go: every one is valid by the definition."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from core.clock import Clock
from core.errors import ConfigError, InputError
from core.pipeline import Definition, Pipeline
from core.pipeline.reference_csv import read_reference
from core.producer.events.event_format import EventsFormat
from core.producer.events.generators import Generator, generator_of
from core.producer.events.rows import event_rows
from core.producer.events.template import EventTemplate
from core.producer.sources import run_name
from core.text import _, clean


class EventStream:
    """Made-up events; keys are new in every run, but where a hint says how they are made.

    folder: where the CSV files of tables of reference lie. Errors: ConfigError, InputError.
    """

    fraction = None
    over = False

    def __init__(
        self,
        pipeline: Pipeline,
        form: EventsFormat,
        folder: Path,
        clock: Clock,
        seed: int | None,
    ) -> None:
        definition = pipeline.definition.without_deletes()
        self.format = form
        self._template = EventTemplate(definition, stamped=definition.event.time is not None)
        chance, now = random.Random(seed), clock.now()
        self._makers = [
            generator_of(definition, path, chance, now, lambda name: _keys(pipeline, folder, name))
            for path in self._template.paths
        ]
        self._key = self._template.paths.index(definition.event.key)
        if definition.fields[definition.event.key].hint is None:
            self._makers[self._key] = _new_keys(definition, clock, self._makers[self._key])
        self._count = 0

    def take(self, most: int) -> pa.RecordBatch:
        """Return `most` new events."""
        keys, values = [], []
        for number in range(self._count + 1, self._count + most + 1):
            cells = [make(number) for make in self._makers]
            key = json.loads(cells[self._key])
            keys.append(str(key).encode())
            values.append(self._template.fill(cells))
        self._count += most
        return event_rows(keys, values)

    def close(self) -> None:
        """Nothing is open."""


def _new_keys(definition: Definition, clock: Clock, otherwise: Generator) -> Generator:
    """Return what makes keys that no earlier run has used, where the type has room for them."""
    field = definition.fields[definition.event.key]
    if field.one_of or field.pattern or field.min is not None or field.max is not None:
        return otherwise
    if field.type.kind in {"identifier", "text"}:
        prefix = f"STREAM_{run_name(clock.now())}_"
        return lambda number: f'"{prefix}{number:06}"'
    if field.type.kind == "integer":
        first = int(clock.now().timestamp()) * 1_000_000
        return lambda number: str(first + number)
    return otherwise


def _keys(pipeline: Pipeline, folder: Path, name: str) -> Sequence[str]:
    """Return the keys that a table of reference has. Errors: InputError."""
    table = pipeline.definition.references.get(name)
    if table is None:
        raise ConfigError(
            _("a hint names {name}, which is none of [references]").format(name=clean(name, 60)),
            hint=_("name a table of [references], or give another hint"),
        )
    keys: list[str] = read_reference(pipeline, name, folder, (table.key,)).column(0).to_pylist()
    if not keys:
        raise InputError(
            _("{file}: no row has a {key}").format(
                file=clean(folder / table.file), key=clean(table.key)
            ),
            hint=_("name its folder with --input"),
        )
    return keys
