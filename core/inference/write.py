"""Writes the folder of a pipeline: the definition with its doubts, and SQL for both warehouses.

The texts come from `templates`, once. Whoever has the folder edits it; it is never changed again.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from core.files import cannot_write
from core.inference.fields import Inferred
from core.inference.names import table_name
from core.inference.plan import Column, Plan, plan_of
from core.inference.references import FoundReference
from core.inference.roles import Roles, type_doubt
from core.pipeline.fields import DEFAULT_EVENT_BYTES, MAX_EVENT_BYTES
from core.pipeline.folder import FILE
from core.pipeline.read import read_definition
from core.pipeline.templates import environment
from core.text import _, clean

_DELETES = "deletes/"
_BATCHES = {"duckdb": "merge_cast", "snowflake": "{schema}.merge_batch"}
"""Where each dialect has the events of a merge; the rest is alike where rows can be deleted."""
_WRITTEN = ("duckdb/", "shared/", "snowflake/")
"""Templates of these folders become files of theirs."""
_PER_COLUMN = {"kpi_top", "kpi_split"}
_MAX_LABEL = 80


@dataclass(frozen=True)
class Draft:
    """A pipeline that is not written yet. found: lines about the sample, for the head of the file.

    topic: where its events come from. from_topic: whether the sample did. format: of its records.
    largest: bytes of the largest event.
    """

    name: str
    topic: str
    from_topic: bool
    format: str
    found: Sequence[str]
    fields: Sequence[Inferred]
    roles: Roles
    largest: int
    references: Sequence[FoundReference] = ()


def render(draft: Draft) -> dict[str, str]:
    """Return the files of a folder by their names within it."""
    plan = plan_of(draft.fields, draft.roles)
    rows = table_name(draft.name)
    events = f"{rows.rstrip('_')}_events"
    values: dict[str, Any] = {
        "name": draft.name,
        "topic": draft.topic,
        "from_topic": draft.from_topic,
        "format": draft.format,
        "found": [_comment(line) for line in draft.found],
        "schema": table_name(draft.name),
        "events": events,
        "rows": rows,
        "versions": "{versions}" if plan.deletes else "{rows}",
        "fields": draft.fields,
        "roles": draft.roles,
        "type_doubt": type_doubt(draft.roles),
        "references": draft.references,
        "plan": plan,
        "max_bytes": _room(draft.largest),
    }
    files = {FILE: _environment().get_template(f"{FILE}.j2").render(values)}
    read_definition(files[FILE], FILE)  # what is wrong with it is a defect, told before any file
    for name in _sql_templates():
        template = _environment().get_template(f"{name}.sql.j2")
        if name.split("/")[1] not in _PER_COLUMN:
            files[f"{name}.sql"] = template.render(values)
            continue
        for column in _columns_of(name, plan):
            files[f"{name}_{column.name}.sql"] = template.render(values, column=column)
    for name, template in _deletes() if plan.deletes else ():
        for dialect, batch in _BATCHES.items():
            if dialect == "snowflake" or not name.startswith("procedure_"):
                files[f"{dialect}/{name}.sql"] = template.render(
                    values, batch=batch, bounded=dialect == "duckdb"
                )
    return {name: text.rstrip() + "\n" for name, text in files.items()}


def _columns_of(name: str, plan: Plan) -> tuple[Column, ...]:
    if name.endswith("kpi_top"):
        return plan.tops
    return () if plan.split is None else (plan.split,)


def _room(largest: int) -> int:
    """Return a limit for the size of events: four times the largest one, at least the default."""
    return min(max(DEFAULT_EVENT_BYTES, 4 * largest), MAX_EVENT_BYTES)


def _sql_templates() -> Iterator[str]:
    for name in sorted(_environment().list_templates()):
        if name.endswith(".sql.j2") and name.startswith(_WRITTEN):
            yield name.removesuffix(".sql.j2")


def _deletes() -> Iterator[tuple[str, jinja2.Template]]:
    """Yield what is merged otherwise where rows can be deleted, by name."""
    for name in sorted(_environment().list_templates()):
        if name.startswith(_DELETES) and name.endswith(".sql.j2"):
            plain = name.removeprefix(_DELETES).removesuffix(".sql.j2")
            yield plain, _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    made = environment()
    made.filters["toml"] = _toml
    made.filters["label"] = _label
    return made


def _toml(text: str) -> str:
    """Return a text as a basic string of TOML, which JSON's strings are but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _label(english: str, name: str, french: str) -> str:
    """Return a label in both languages, cut to what a definition takes."""
    texts = english[:_MAX_LABEL], f"{french}{name}"[:_MAX_LABEL]
    return f"{{ en = {_toml(texts[0])}, fr = {_toml(texts[1])} }}"


def _comment(line: str) -> str:
    return clean(line)


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Write a folder that is not there yet: whole, or not at all. Errors: StorageError."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    with cannot_write(folder, _("name a folder that can be written")), ExitStack() as undone:
        undone.callback(shutil.rmtree, draft, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            file = draft / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        draft.rename(folder)
