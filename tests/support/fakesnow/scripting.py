"""Snowflake Scripting for the fake: runs the body of a procedure, statement by statement.

What the scripts of sql/ use is understood: variables and their defaults, assignments, IF, SELECT
INTO, EXECUTE IMMEDIATE of a variable, SQLROWCOUNT, RETURN, RAISE and one handler for all errors.
Statements run through the session that calls, so transactions are those of its engine. A statement
that fails is told as Snowflake tells it: code and state of the statement, its place in front.
https://docs.snowflake.com/en/developer-guide/snowflake-scripting/index
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from snowflake.connector import errors

_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_PART = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|;|[^;'\"-]+|.", re.DOTALL)
_OPENS = re.compile(r"BEGIN\s+(?!TRANSACTION\b)", re.IGNORECASE)
_IF = re.compile(r"IF\s*\((.*?)\)\s*THEN\s+", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"EXCEPTION\s+WHEN\s+OTHER\s+THEN\s+", re.IGNORECASE)
_ASSIGN = re.compile(r"(?:LET\s+)?(\w+)\s*:=\s*(.*)\Z", re.IGNORECASE | re.DOTALL)
_RETURN = re.compile(r"RETURN\s+(.*)\Z", re.IGNORECASE | re.DOTALL)
_IMMEDIATE = re.compile(r"EXECUTE\s+IMMEDIATE\s+:(\w+)\Z", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\s+((?::\w+)(?:\s*,\s*:\w+)*)", re.IGNORECASE)
_DECLARED = re.compile(r"(\w+)\s+(.*?)(?:\s+DEFAULT\s+(.*))?\Z", re.IGNORECASE | re.DOTALL)
CHANGES = re.compile(r"(INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)
HEAD = re.compile(_REMARKS)
_TEXTS = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"")
_SHORT = 5_000


@dataclass
class Block:
    """Statements in order, and those for an error. A branch is (condition, block, else block)."""

    steps: list[Any] = field(default_factory=list)
    handler: list[Any] | None = None


class Returned(Exception):  # noqa: N818 - the end of a body, no error
    """The body said RETURN; its value is the argument."""


def pieces(text: str) -> list[str]:
    """Return a text split at its semicolons, without remarks at the start of a piece."""
    found, parts = [], []
    for part in _PART.findall(text):
        if part == ";":
            found.append("".join(parts).strip())
            parts = []
        elif parts or not (part.startswith("--") or part.isspace()):
            parts.append(part)
    found.append("".join(parts).strip())
    return [piece for piece in found if piece]


def parsed(body: str) -> tuple[dict[str, tuple[str, str | None]], Block]:
    """Return the declared variables (type, default) and the block of a body."""
    declared: dict[str, tuple[str, str | None]] = {}
    rest = pieces(body)
    if rest[0].upper().startswith("DECLARE"):
        rest[0] = rest[0][len("DECLARE") :].strip()
        while not _OPENS.match(rest[0]):
            found = _DECLARED.match(rest.pop(0))
            assert found is not None
            declared[found[1].lower()] = (found[2], found[3])
    return declared, _block(rest)


def _block(rest: list[str]) -> Block:
    block = Block()
    rest[0] = _OPENS.sub("", rest[0], count=1)
    steps = block.steps
    while rest[0].upper() != "END":
        if (handler := _HANDLER.match(rest[0])) is not None:
            rest[0] = rest[0][handler.end() :]
            block.handler = steps = []
            continue
        steps.append(_step(rest))
    rest.pop(0)
    return block


def _step(rest: list[str]) -> Any:
    if _OPENS.match(rest[0]):
        return _block(rest)
    branch = _IF.match(rest[0])
    if branch is None:
        return _plain(rest.pop(0))
    rest[0] = rest[0][branch.end() :]
    yes, no = Block(), Block()
    into = yes
    while re.fullmatch(r"END\s+IF", rest[0], re.IGNORECASE) is None:
        if (other := re.match(r"ELSE\s+", rest[0], re.IGNORECASE)) is not None:
            rest[0], into = rest[0][other.end() :], no
            continue
        into.steps.append(_step(rest))
    rest.pop(0)
    return branch[1], yes, no


def _plain(piece: str) -> str:
    while piece.startswith("--"):
        piece = piece.partition("\n")[2].lstrip()
    return piece


class Run:
    """One call: the values of its variables, and the session it runs in."""

    def __init__(self, execute: Callable[[str, list[Any]], Any], body: str) -> None:
        self._execute = execute
        self._body = body
        self._declared, self._block = parsed(body)
        self._types: dict[str, str] = {}
        self._values: dict[str, Any] = {"sqlrowcount": None}
        self._failed: errors.ProgrammingError | None = None

    def call(self, given: Sequence[tuple[str, str, Any]]) -> Any:
        """Run the body with parameters (name, type, value); return what it returns."""
        for name, kind, value in given:
            self._types[name], self._values[name] = kind, value
        for name, (kind, default) in self._declared.items():
            self._types[name] = kind
            self._values[name] = None if default is None else self._value(default)
        try:
            self._run(self._block)
        except Returned as returned:
            return returned.args[0]
        return None

    def _run(self, block: Block) -> None:
        try:
            for step in block.steps:
                self._do(step)
        except errors.ProgrammingError as error:
            if block.handler is None:
                raise
            self._failed = error
            for step in block.handler:
                self._do(step)

    def _do(self, step: Any) -> None:
        if isinstance(step, Block):
            self._run(step)
        elif isinstance(step, tuple):
            condition, yes, no = step
            self._run(yes if self._value(condition) else no)
        elif step.upper() == "RAISE":
            assert self._failed is not None
            raise self._failed
        elif (returned := _RETURN.match(step)) is not None:
            raise Returned(self._value(returned[1]))
        elif (assigned := _ASSIGN.match(step)) is not None:
            self._values[assigned[1].lower()] = self._value(assigned[2])
        else:
            self._statement(step)

    def _statement(self, step: str) -> None:
        if (dynamic := _IMMEDIATE.match(step)) is not None:
            sql, bound = str(self._values[dynamic[1].lower()]), []
        else:
            sql, bound = self._bound(_INTO.sub("", step, count=1), r"(?<![\w:\"\]]):")
        try:
            rows = self._execute(sql, bound)
        except errors.ProgrammingError as error:
            raise self._told(error, step) from error
        changes = CHANGES.match(HEAD.sub("", sql))
        # Since 2025 a statement that changes nothing leaves no count.
        counted = changes is not None and changes[1].upper() != "COPY" and bool(rows)
        self._values["sqlrowcount"] = sum(map(int, rows[0])) if counted else None
        if (into := _INTO.search(step)) is not None and dynamic is None:
            names = [name.lower() for name in re.findall(r":(\w+)", into[1])]
            (row,) = rows
            self._values.update(zip(names, row, strict=True))

    def _value(self, expression: str) -> Any:
        sql, bound = self._bound(expression, r"(?<![\w.:]):?", short=_SHORT)
        try:
            return self._execute(f"SELECT {sql}", bound)[0][0]
        except errors.ProgrammingError as error:
            raise self._told(error, expression, "EXPRESSION_ERROR") from error

    def _bound(self, sql: str, before: str, *, short: int = 0) -> tuple[str, list[Any]]:
        """Return SQL with a `?` for each variable that stands outside of texts, and their values.

        short: texts of so many letters are written out, since fakesnow may double an expression.
        """
        bound: list[Any] = []
        names = "|".join(map(re.escape, self._values))
        pattern = re.compile(rf"{_TEXTS.pattern}|{before}\b({names})\b(?!\s*\()", re.IGNORECASE)

        def placed(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            value = self._values[found[1].lower()]
            kind = self._types.get(found[1].lower(), "INTEGER")
            if len(str(value)) < short:
                text = str(value).replace("\\", "\\\\").replace("'", "''")
                return f"CAST({'NULL' if value is None else chr(39) + text + chr(39)} AS {kind})"
            bound.append(value)
            return "?" if kind.upper() == "VARCHAR" else f"CAST(? AS {kind})"

        return pattern.sub(placed, sql), bound

    def _told(
        self, error: errors.ProgrammingError, step: str, kind: str = "STATEMENT_ERROR"
    ) -> errors.ProgrammingError:
        at = max(self._body.find(step), 0)
        line = self._body.count("\n", 0, at) + 1
        place = at - self._body.rfind("\n", 0, at) - 1
        said = f"Uncaught exception of type '{kind}' on line {line} at position {place} : "
        return errors.ProgrammingError(
            msg=said + str(error.raw_msg or error.msg), errno=error.errno, sqlstate=error.sqlstate
        )
