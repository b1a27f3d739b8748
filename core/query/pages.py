"""A table as pages: which rows, in which order, and of which words; made into one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.config.engine import Engine
from core.pipeline.folder import Pipeline
from core.warehouse.questions import Question

PAGE = 200
"""Rows of a page."""
_ESCAPED = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})

Order = Literal["", "ASC", "DESC"]


@dataclass(frozen=True)
class Page:
    """Part of a table. number: from 0. words: each of them is in one of the row's columns.

    sort: a column by its name as the warehouse has it; columns: all of them, once they are known.
    where: columns with the texts of which they have one, a filter which a person came with.
    """

    table: str
    number: int = 0
    sort: str = ""
    order: Order = ""
    words: str = ""
    columns: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def sorted_by(self, column: str) -> "Page":
        """Return the first page sorted by a column: up, then down, then not at all."""
        steps: dict[Order, Order] = {"": "ASC", "ASC": "DESC", "DESC": ""}
        order = steps[self.order] if column == self.sort else "ASC"
        return replace(self, number=0, sort=column if order else "", order=order)

    def filtered(self, words: str) -> "Page":
        """Return the first page of the rows with every word of a text."""
        return replace(self, number=0, words=words)

    def question(
        self, pipeline: Pipeline, engine: Engine, question_id: str, rows: int = 0
    ) -> Question:
        """Return what to ask for this page, one row more to see whether another follows.

        rows: all from the first one on, at most so many, in place of a page.
        """
        narrowed, parameters = self._narrowed()
        text = in_session(pipeline.sql(engine.name, "table_page"))
        most = rows + 1 if rows else PAGE + 1
        for placeholder, value in {
            "columns": ", ".join(map(quoted, self.columns)) or "*",
            "table": self.table,
            "where": f"WHERE {' AND '.join(narrowed)}" if narrowed else "",
            "order": f"ORDER BY {quoted(self.sort)} {self.order} NULLS LAST" if self.order else "",
            "most": str(most),
            "skipped": "0" if rows else str(self.number * PAGE),
        }.items():
            text = text.replace(f"{{{placeholder}}}", value)
        return Question(question_id, text, tuple(parameters), rows=rows or PAGE + 1)

    def _narrowed(self) -> tuple[list[str], list[str]]:
        """Return conditions and the texts bound to them."""
        conditions: list[str] = []
        parameters: list[str] = []
        for column, texts in self.where:
            marks = ", ".join("?" for _ in texts)
            conditions.append(f"CAST({quoted(column)} AS VARCHAR) IN ({marks})")
            parameters += texts
        cells = [f"COALESCE(CAST({quoted(one)} AS VARCHAR), '')" for one in self.columns]
        for word in self.words.split() if cells else ():
            conditions.append(f"{_joined(cells)} ILIKE ? ESCAPE '!'")
            parameters.append(f"%{word.translate(_ESCAPED)}%")
        return conditions, parameters


def begun(table: str) -> str:
    """Return a statement about a table that a person may go on from."""
    return f"SELECT *\nFROM {table}\nLIMIT 100"


def in_session(sql: str) -> str:
    """Return SQL of ours for a question, which is run in the schema of the pipeline."""
    return sql.replace("{schema}.", "")


def own_name(name: str, engine: Engine) -> str:
    """Return a name of ours as the warehouse keeps it: Snowflake's are in capitals."""
    return name.upper() if engine.is_remote else name


def quoted(name: str) -> str:
    """Return a name of the warehouse as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _joined(cells: Sequence[str]) -> str:
    """Return the text of a row, its cells apart."""
    return "(" + " || ' ' || ".join(cells) + ")"
