"""What people are shown of a pipeline: figures, lists and series."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.pipeline.base import Label, Model, Name
from core.text import N_

ColumnKind = Literal[
    "text", "integer", "number", "decimal", "money", "boolean", "timestamp", "date"
]
NUMERIC = frozenset({"integer", "number", "decimal", "money"})
"""Kinds of columns that can be compared, and drawn as bars."""
RESULT_KEYS = frozenset({"job", "ok", "exit_code", "elapsed_s", "backend", "error"})
"""What every JSON result has beside its figures."""


class Column(Model):
    """One column of a query, in the query's order. name: its key in JSON results.

    number: binary floating point. decimal: exact, as the query gives it; money: exact, two
    decimals; both text in JSON. unit: as `EUR`; then: what stands between the value and that of the
    next column where rows are drawn close, as `×`. previous: the column that this one is compared
    with (the same figure, one period earlier); rising: how a greater value is to be taken. hidden:
    read and in results, not shown.
    """

    name: Name
    type: ColumnKind = "text"
    label: Label = ""
    unit: Label = ""
    then: Label = ""
    previous: Name | None = None
    rising: Literal["good", "bad", "neither"] = "good"
    hidden: bool = False


class Kpi(Model):
    """One query and how it is shown; query: the name of an SQL file, without `.sql`.

    figures: one row, a figure each column; a hidden timestamp `as_of` is the end of its windows.
    top: the best few, a bar each (`bar` names its column). split: shares of a whole (`bar`).
    series: by time (`bar`), first column a date (absent days have zero) or a timestamp. recent: the
    newest rows, a table. lead: the column that names a row, default the first text; a bar without
    a name has that of a hidden text. parameters: what is bound, in order: `as_of` (UTC, or NULL),
    `days`.
    in_result: whether JSON results hold it; else it is on screens only. kept: an SQL file that
    gives the same rows from figures that the merge keeps (`core.pipeline.kept`).
    """

    name: Name
    show: Literal["figures", "top", "split", "series", "recent"]
    query: Name
    title: Label = ""
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    bar: Name | None = None
    lead: Name | None = None
    parameters: tuple[Literal["as_of", "days"], ...] = ()
    in_result: bool = True
    kept: Name | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        by_name = {column.name: column for column in self.columns}
        if len(by_name) < len(self.columns):
            raise _wrong(N_("a column is there twice"))
        if not {self.bar, self.lead, *(each.previous for each in self.columns)} - {None} <= set(
            by_name
        ):
            raise _wrong(N_("a bar, lead or previous column is none of its columns"))
        compared = [each for each in self.columns if each.previous is not None]
        if any({each.type, by_name[str(each.previous)].type} - NUMERIC for each in compared):
            raise _wrong(N_("only numbers can be compared with previous ones"))
        if self.show in {"top", "split", "series"} and (
            self.bar is None or by_name[self.bar].type not in NUMERIC
        ):
            raise _wrong(N_("needs a bar: the name of a column of numbers"))
        if self.show == "series" and self.columns[0].type not in {"date", "timestamp"}:
            raise _wrong(N_("a series needs a date or a timestamp as its first column"))
        return self

    @property
    def result_keys(self) -> tuple[str, ...]:
        """The keys of JSON results that it fills."""
        if not self.in_result:
            return ()
        if self.show != "figures":
            return (self.name,)
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return a column by its name. Errors: KeyError."""
        return self.columns[self.place(name)]

    def place(self, name: str) -> int:
        """Return where a column stands in a row. Errors: KeyError."""
        for place, column in enumerate(self.columns):
            if column.name == name:
                return place
        raise KeyError(name)


def _wrong(reason: str) -> PydanticCustomError:
    return PydanticCustomError("kpi", "{reason}", {"reason": reason})
