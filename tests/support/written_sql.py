"""The SQL that `init` writes, for a definition that is there already, and drawn defaults."""

import json
from pathlib import Path
from random import Random

from core.inference.fields import Inferred
from core.inference.names import fits_sql
from core.inference.profile import PathProfile
from core.inference.roles import Roles
from core.inference.write import Draft, render
from core.pipeline import Definition, Pipeline
from core.pipeline.base import steps
from core.pipeline.defaults import default_of, problems_of_defaults
from core.pipeline.value_errors import ValueRefusedError
from tests.support.any_pipeline import definition, usual


def drawn_definition(chance: Random, *, deletes: bool) -> Definition:
    """Return a random definition whose paths can stand in SQL; half of its optional fields have a
    default. deletes: tombstones delete rows."""
    made = definition(chance)
    while not all(fits_sql(steps(path)) for path in made.fields):
        made = definition(chance)
    if deletes:
        event = made.event.model_copy(update={"tombstones": "delete"})
        made = made.model_copy(update={"event": event})
    return with_defaults(chance, made)


def with_defaults(chance: Random, made: Definition) -> Definition:
    """Return a definition in which every other optional field has a default."""
    fields = dict(made.fields)
    for path, field in made.fields.items():
        if field.required or chance.random() < 0.5:
            continue
        one = field.model_copy(update={"default": json.loads(usual(chance, field))})
        fields[path] = one
        try:
            default_of(made.event, fields, path)
        except ValueRefusedError:
            fields[path] = field
        if [*problems_of_defaults({path: fields[path]}, made.event)]:
            fields[path] = field  # what cannot stand in SQL
    return made.model_copy(update={"fields": fields})


def written(made: Definition, folder: Path) -> Pipeline:
    """Return the pipeline of a definition with the SQL that `init` would write for its fields."""
    fields = {
        path: Inferred(
            path,
            steps(path),
            field.type,
            field.required,
            0.0,
            (),
            PathProfile(steps(path)),
            field.column_at(path),
        )
        for path, field in made.fields.items()
    }
    event = made.event
    roles = Roles(
        fields[event.key],
        None if event.time is None else fields[event.time],
        None if event.envelope is None else fields[event.type or ""],
        event.types,
        tuple(fields[path] for path in made.versions),
        {},
        made.envelope,
        event.tombstones == "delete",
    )
    files = render(Draft("any", "any", False, "json", (), list(fields.values()), roles, 0))
    for name, text in files.items():
        if name.endswith(".sql"):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return Pipeline(made, folder, str(folder))
