"""A whole definition, and what must hold between its parts."""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from core.pipeline.base import FieldPath, Label, Model, Name, SqlName, steps, told
from core.pipeline.checks import (
    REFERENCES,
    Check,
    Threshold,
    check_of_references,
    problems_of,
)
from core.pipeline.columns import problems_of_columns, problems_of_paths
from core.pipeline.defaults import problems_of_defaults
from core.pipeline.deletes import DELETE, Envelope, envelope_of, problems_of_deletes
from core.pipeline.fields import EventField, EventLayout, is_key_type
from core.pipeline.kpis import RESULT_KEYS, Kpi
from core.pipeline.references import Reference, problems_of_references
from core.text import N_, _, clean, language

ENGINE_TABLES = frozenset(
    {"consumer_offsets", "dead_letters", "offset_gaps", "transform_runs", "validation_runs"}
)
"""Tables that every pipeline has beside its own."""
_TOPIC = r"^[A-Za-z0-9._-]{1,249}$"


class Topic(Model):
    """Where events come from, unless KAFKA_TOPIC and KAFKA_GROUP_ID say otherwise."""

    name: Annotated[str, Field(pattern=_TOPIC)]
    group: str = ""


class Tables(Model):
    """Names in the warehouse, unless SNOW_SCHEMA says otherwise.

    events: raw events, as they came. rows: the newest version of each key.
    """

    db_schema: SqlName = Field(alias="schema")
    events: SqlName
    rows: SqlName

    @property
    def versions(self) -> str:
        """Where rows can be deleted, the table behind `rows`, which then is a view of it."""
        return f"{self.rows}_versions"


class RowWords(Model):
    """What a row of the table of rows is called. name: within keys of results, as `newest_order`.

    one, many: for people, as `order` and `orders`.
    """

    name: Name = "row"
    one: Label = ""
    many: Label = ""

    @property
    def singular(self) -> str:
        """One of them, in the language in use and harmless."""
        return clean(told(self.one, _("row")))

    @property
    def plural(self) -> str:
        """Several of them."""
        return clean(told(self.many, _("rows")))

    def of(self, number: int) -> str:
        """Return the word that goes with a number: in French, one and none are alike."""
        alone = number == 1 or (number == 0 and language() == "fr")
        return self.singular if alone else self.plural


class Definition(Model):
    """`pipeline.toml`. fields: by their paths, in the order of the table's columns."""

    version: Literal[1]
    name: Name
    title: Label = ""
    topic: Topic
    tables: Tables
    row: RowWords = RowWords()
    event: EventLayout
    fields: Annotated[dict[FieldPath, EventField], Field(min_length=1)]
    references: dict[SqlName, Reference] = Field(default_factory=dict)
    kpis: tuple[Kpi, ...] = ()
    checks: tuple[Check, ...] = ()
    thresholds: dict[Name, Threshold] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        event = self.event
        for role, path in (("key", event.key), ("time", event.time), ("type", event.type)):
            if path is not None and path not in self.fields:
                raise _wrong(f"event.{role}", N_("names no path of [fields]"))
        for path in event.version:
            if path not in self.fields:
                raise _wrong("event.version", N_("names no path of [fields]"))
        for where, reason in problems_of_deletes(event):
            raise _wrong(where, reason)
        self._check_roles()
        for where, reason in (
            *problems_of_columns(self.fields, event.key, deletes=self.deletes),
            *problems_of_paths(self.fields),
            *problems_of_references(self.references, self.fields),
        ):
            raise _wrong(where, reason)
        for path, reason, detail in problems_of_defaults(self.fields, event):
            raise _wrong(f"fields.{path}", reason, key="default", detail=detail)
        self._check_kpis()
        self._check_tables()
        tables = {self.tables.rows, *self.references}
        for where, reason, name in problems_of(self.checks, self.thresholds, tables):
            raise _wrong(where, reason, name)
        return self

    @model_validator(mode="after")
    def _leaves_limits_of_the_engine(self, info: ValidationInfo) -> Self:
        for name in self.thresholds:
            if name in ((info.context or {}).get("taken") or ()):
                raise _wrong(
                    f"thresholds.{name}", N_("is a setting of dropship: name it otherwise")
                )
        return self

    def _check_roles(self) -> None:
        key = self.fields[self.event.key]
        if not key.required or not is_key_type(key.type):
            raise _wrong("event.key", N_("must be a required identifier, text, integer or uuid"))
        time = self.event.time
        if time is not None and self.fields[time].type.kind != "timestamp":
            raise _wrong("event.time", N_("must be a timestamp"))
        kind = self.event.type
        if kind is not None and self.fields[kind].type.kind not in {"text", "identifier"}:
            raise _wrong("event.type", N_("must be text"))

    def _check_kpis(self) -> None:
        """Refuse what would stand under one key of a result twice, or beside it on one screen."""
        names = [kpi.name for kpi in self.kpis]
        if len(set(names)) < len(names):
            raise _wrong("kpis", N_("two of them have one name"))
        keys = [key for kpi in self.kpis for key in kpi.result_keys]
        if len(set(keys)) < len(keys) or RESULT_KEYS.intersection(keys):
            raise _wrong("kpis", N_("a key of the result is there twice, or reserved"))

    def _check_tables(self) -> None:
        taken = {*ENGINE_TABLES, self.tables.events}
        if self.deletes:
            taken.add(self.tables.versions)
        if self.tables.events in ENGINE_TABLES:
            raise _wrong("tables.events", N_("is a table of the engine"))
        for where, name in (
            ("tables.rows", self.tables.rows),
            *((f"references.{name}", name) for name in self.references),
        ):
            if name in taken:
                raise _wrong(where, N_("names a table that is there for something else"))
            taken.add(name)

    @property
    def joined(self) -> dict[str, tuple[Reference, str]]:
        """Reference tables that a column of the rows names, and that column, by their names."""
        found = {}
        for name, table in self.references.items():
            field = None if table.field is None else self.fields[table.field]
            column = field and field.column_at(table.field or "")
            if column:
                found[name] = (table, column)
        return found

    @property
    def all_checks(self) -> tuple[Check, ...]:
        """The pipeline's own checks, and that of references where it has none of this name."""
        if not self.joined or any(check.name == REFERENCES for check in self.checks):
            return self.checks
        return (*self.checks, check_of_references(self.joined))

    @property
    def keeps(self) -> bool:
        """Whether the merge keeps figures for the KPIs."""
        return any(kpi.kept is not None for kpi in self.kpis)

    @property
    def envelope(self) -> Envelope | None:
        """Where the envelope of a row stands; None where there is none."""
        return envelope_of(self.event)

    @property
    def deletes(self) -> bool:
        """Whether rows can be deleted."""
        return self.event.envelope is not None or self.event.tombstones == "delete"

    def without_deletes(self) -> Self:
        """Return the definition of the events that have a row."""
        event = self.event
        if event.envelope is None:
            return self
        types = tuple(kind for kind in event.types if kind != DELETE)
        return self.model_copy(update={"event": event.model_copy(update={"types": types})})

    @property
    def key_column(self) -> str:
        """The column of the key."""
        return self.fields[self.event.key].column_at(self.event.key) or ""

    @property
    def key_name(self) -> str:
        """What the key is called in results: its path with `_` for dots, as `order_id`."""
        return "_".join(steps(self.event.key)).lower()

    def allowed(self, path: str) -> tuple[str | int | bool, ...]:
        """Return the values that a field may have, the event types among them; none: any."""
        allowed = self.fields[path].one_of
        if path != self.event.type or not self.event.types:
            return allowed
        return tuple(kind for kind in self.event.types if not allowed or kind in allowed)

    @property
    def versions(self) -> tuple[str, ...]:
        """Paths that make one version newer than another; the time where none are named."""
        if self.event.version:
            return self.event.version
        return () if self.event.time is None else (self.event.time,)


def _wrong(
    where: str, reason: str, name: str = "", *, key: str = "", detail: str = ""
) -> PydanticCustomError:
    """Return a fault. key: within the table at the place. name, detail: for `reason`."""
    context = {"where": where, "reason": reason, "name": name, "key": key, "detail": detail}
    return PydanticCustomError("definition", "{reason}", context)
