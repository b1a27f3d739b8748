"""Runs the merge procedure statement by statement, as Snowflake Scripting would.

Only what 04_stream_and_task.sql uses is understood: declared variables, assignments, SELECT INTO,
one kind of IF, and RETURN. The fake Snowflake has no procedures; this way their SQL runs all
the same, and nothing but the script's own grammar is left to the real service.
"""

import re
from collections.abc import Callable

from core.warehouse.model import Row
from core.warehouse.snowflake.scripts import split_statements

Run = Callable[[str], list[Row]]
_INTO = re.compile(r"\bINTO\s+((?::\w+)(?:\s*,\s*:\w+)*)")
_ASSIGN = re.compile(r"(\w+) := (.*)", re.DOTALL)
_IF = re.compile(r"IF \((.*?)\) THEN\s+(.*)", re.DOTALL)


class Procedure:
    """A procedure's text, and its variables while it runs."""

    def __init__(self, definition: str, run: Run) -> None:
        found = re.search(r"\$\$\nDECLARE\n(.*?)\nBEGIN\n(.*?)\nEXCEPTION\b", definition, re.DOTALL)
        assert found is not None
        self._types: dict[str, str] = dict(
            part.split(None, 1) for part in split_statements(found[1])
        )
        self._body = split_statements(found[2])
        self._values: dict[str, object] = dict.fromkeys(self._types)
        self._run = run

    def call(self) -> object:
        """Run it; return what it returns."""
        skipping = False
        for part in self._body:
            if part == "END IF":
                skipping = False
            elif skipping:
                continue
            elif (branch := _IF.fullmatch(part)) is not None:
                skipping = not self._expression(branch[1])
                if not skipping:
                    self._step(branch[2])
            elif part.startswith("RETURN "):
                return self._expression(part.removeprefix("RETURN "))
            else:
                self._step(part)
        raise AssertionError("the procedure ended without RETURN")

    def _step(self, statement: str) -> None:
        """Run one statement or assignment."""
        if (assigned := _ASSIGN.fullmatch(statement)) is not None:
            self._values[assigned[1]] = self._expression(assigned[2])
            return
        into = _INTO.search(statement)
        rows = self._bound(_INTO.sub("", statement, count=1) if into else statement, ":")
        if into is not None:
            names = re.findall(r":(\w+)", into[1])
            (row,) = rows
            self._values.update(zip(names, row, strict=True))

    def _expression(self, text: str) -> object:
        """Return the value of an expression, in which variables stand without a colon."""
        ((value,),) = self._bound(f"SELECT {text}", r"(?<!')\b")
        return value

    def _bound(self, sql: str, before: str) -> list[Row]:
        """Run SQL with the values of its variables, as what they were declared."""

        def literal(found: re.Match[str]) -> str:
            value, kind = self._values[found[1]], self._types[found[1]]
            return f"CAST({'NULL' if value is None else repr(str(value))} AS {kind})"

        names = "|".join(self._types)
        return self._run(re.sub(rf"{before}({names})\b(?!')", literal, sql))
