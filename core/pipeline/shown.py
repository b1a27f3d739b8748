"""What people are shown of a pipeline: figures, lists, series, and the checks of its own."""

from typing import Annotated, Literal

from pydantic import Field

from core.pipeline.base import Label, Model, Name

ColumnKind = Literal["text", "integer", "number", "money", "timestamp", "date"]


class Column(Model):
    """One column of a query, in the query's order. name: its key in JSON results.

    money: exact, two decimals, text in JSON; unit: as `EUR`. previous: the column that this one is
    compared with (the same figure, one period earlier). hidden: read, not shown in tables.
    """

    name: Name
    type: ColumnKind = "text"
    label: Label = ""
    unit: str = ""
    previous: Name | None = None
    hidden: bool = False


class Kpi(Model):
    """One query and how it is shown; query: the name of an SQL file, without `.sql`.

    figures: one row, a figure each column. top: the best few, a bar each (`bar` names its column).
    split: shares of a whole (`bar`). series: by day, first column a date (`bar`). recent: newest
    rows, a table. parameters: what is bound, in order: `as_of` (UTC, or NULL), `days`.
    """

    name: Name
    show: Literal["figures", "top", "split", "series", "recent"]
    query: Name
    title: Label = ""
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    bar: Name | None = None
    parameters: tuple[Literal["as_of", "days"], ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by its name. Errors: KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class Figure(Model):
    """One number of a check. severity: what a number above zero means; `none`: it only informs.

    of: the figure that it is a share of. warn, fail: above them (a share where `of` is named, so
    that 0.05 is 5 %) it is a WARN or a FAIL; numbers, or names of thresholds.
    """

    name: Name
    label: Label = ""
    severity: Literal["none", "warn", "fail"] = "none"
    of: Name | None = None
    warn: float | Name | None = None
    fail: float | Name | None = None


class Check(Model):
    """A check of the pipeline's own: one row of figures, and a query for offending rows.

    query: returns one row, a column a figure, in their order; the first figure is the number of
    rows looked at, and zero of them is a WARN. rows: returns the offending rows (`row_keys` names
    their columns). parameters: what is bound to both, in order: names of thresholds, or `tomorrow`
    (a day from now, UTC).
    """

    name: Name
    title: Label = ""
    passed: Label = ""
    query: Name
    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]
    rows: Name | None = None
    row_keys: tuple[Name, ...] = ()
    parameters: tuple[str, ...] = ()
