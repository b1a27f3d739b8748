"""What people are shown of a pipeline: figures, lists and series."""

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
