"""Snowflake Scripting for the fake: procedures are kept, and a CALL runs the body's statements.

What the scripts of sql/ use is understood: variables and their defaults, assignments, IF, SELECT
INTO, EXECUTE IMMEDIATE of a variable, SQLROWCOUNT, RETURN, RAISE and one handler for all errors.
Statements run through the session that calls, so transactions are those of its engine. A statement
that fails is told as Snowflake tells it: code and state of the statement, its place in front. A
transaction that a body leaves open is rolled back, and is an error.
https://docs.snowflake.com/en/developer-guide/snowflake-scripting/index
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import fakesnow.cursor as cursors
from sessions import IDLE_S, guard, touched
from snowflake.connector import errors
from streams import full_name

NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_CREATE = re.compile(
    rf"{_REMARKS}CREATE\s+(?:OR\s+REPLACE\s+)?PROCEDURE\s+{NAME}\s*\((.*?)\)\s+(?:COPY\s+GRANTS\s+)?"
    r"RETURNS\b.*?\$\$(.*)\$\$\s*;?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(rf"{_REMARKS}DROP\s+PROCEDURE\s+IF\s+EXISTS\s+{NAME}", re.IGNORECASE)
_CALL = re.compile(rf"{_REMARKS}CALL\s+{NAME}\s*\((.*)\)\s*;?\s*\Z", re.IGNORECASE | re.DOTALL)
_SHOW = re.compile(
    rf"{_REMARKS}SHOW\s+PROCEDURES\s+LIKE\s+'(\w+)'\s+IN\s+SCHEMA\s+(\S+)", re.IGNORECASE
)
_PART = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|;|[^;'\"-]+|.", re.DOTALL)
_OPENS = re.compile(r"BEGIN\s+(?!TRANSACTION\b)", re.IGNORECASE)
_IF = re.compile(r"IF\s*\((.*?)\)\s*THEN\s+", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"EXCEPTION\s+WHEN\s+OTHER\s+THEN\s+", re.IGNORECASE)
_ASSIGN = re.compile(r"(?:LET\s+)?(\w+)\s*:=\s*(.*)\Z", re.IGNORECASE | re.DOTALL)
_RETURN = re.compile(r"RETURN\s+(.*)\Z", re.IGNORECASE | re.DOTALL)
_IMMEDIATE = re.compile(r"EXECUTE\s+IMMEDIATE\s+:(\w+)\Z", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\s+((?::\w+)(?:\s*,\s*:\w+)*)", re.IGNORECASE)
_DECLARED = re.compile(r"(\w+)\s+(.*?)(?:\s+DEFAULT\s+(.*))?\Z", re.IGNORECASE | re.DOTALL)
_CHANGES = re.compile(r"(INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)
_TEXTS = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"")
_SHORT = 5_000
LOCK_TIMEOUT = 625
WAIT_S = 4 * IDLE_S
"""How long a CALL waits for the lock of another session (Snowflake: LOCK_TIMEOUT)."""


@dataclass
class Procedure:
    """A procedure: its parameters with their types, and the text of its body."""

    parameters: list[tuple[str, str]]
    body: str


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
        changes = _CHANGES.match(re.sub(r"\A(?:\s*--[^\n]*\n)*\s*", "", sql))
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


class Procedures:
    """Every procedure by its full name."""

    def __init__(self) -> None:
        self._known: dict[str, Procedure] = {}

    def install(self) -> None:
        """Look at each statement before fakesnow does."""
        original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

        def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
            session = cursor._conn
            session.running = session.__dict__.get("running", 0) + 1
            # Who ends a session waits for its statement, but not for all of a procedure's.
            whole = nullcontext() if _CALL.match(command) else guard(session)
            try:
                with whole:
                    return look(cursor, session, command, *args, **options)
            finally:
                session.running -= 1
                touched(session)

        def look(cursor: Any, session: Any, command: str, *args: Any, **options: Any) -> Any:
            if (create := _CREATE.match(command)) is not None:
                parameters = [part.split() for part in create[2].split(",") if part.strip()]
                self._known[full_name(session, create[1])] = Procedure(
                    [(name.lower(), " ".join(kind)) for name, *kind in parameters], create[3]
                )
                command = "SELECT 'Function successfully created.' AS status"
            elif (dropped := _DROP.match(command)) is not None:
                self._known.pop(full_name(session, dropped[1]), None)
                command = "SELECT 'done' AS status"
            elif (shown := _SHOW.match(command)) is not None:
                command, options = self._shown(session, shown), {"server": True}
            elif (called := _CALL.match(command)) is not None:
                value = self._call(cursor, called, list(options.pop("binding_params", None) or ()))
                column = called[1].rpartition(".")[2].strip('"')
                told, bound = ("NULL", []) if value is None else ("CAST(? AS VARCHAR)", [value])
                command = f"SELECT {told} AS {column}"
                options = {"server": True, "binding_params": bound}
            return original(cursor, command, *args, **options)

        cursors.FakeSnowflakeCursor.execute = execute

    def _shown(self, session: Any, shown: re.Match[str]) -> str:
        wanted = full_name(session, f"{shown[2]}.{shown[1]}")
        return f"SELECT '{shown[1]}' AS name WHERE {'TRUE' if wanted in self._known else 'FALSE'}"

    def _call(self, cursor: Any, called: re.Match[str], bound: list[Any]) -> Any:
        procedure = self._known.get(full_name(cursor._conn, called[1]))
        given = [part for part in called[2].split(",") if part.strip()]
        if procedure is None or len(given) != len(procedure.parameters):
            told = f"SQL compilation error: Unknown user-defined function {called[1]}"
            raise errors.ProgrammingError(msg=told, errno=2141, sqlstate="42601")
        values = [
            (name, kind, value)
            for (name, kind), value in zip(procedure.parameters, bound, strict=True)
        ]
        until = time.monotonic() + WAIT_S
        while True:
            try:
                return self._once(cursor, procedure, values)
            except errors.ProgrammingError as error:
                # On Snowflake the statement waits for the lock. Here nothing of the call is there
                # after its rollback, so to begin it again is the same.
                if error.errno != LOCK_TIMEOUT or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def _once(self, cursor: Any, procedure: Procedure, values: list[tuple[str, str, Any]]) -> Any:
        session = cursor._conn

        def run(sql: str, bound: list[Any]) -> Any:
            with guard(session):
                if getattr(session, "ended", False):
                    told = "Session no longer exists. New login required to access the service."
                    raise errors.OperationalError(msg=told, errno=390111, sqlstate="08001")
                inner = session.cursor()
                inner.execute(sql, binding_params=tuple(bound), server=True)
                return inner.fetchall()

        open_before = getattr(session, "in_work", False)
        try:
            value = Run(run, procedure.body).call(values)
        except errors.ProgrammingError:
            self._close(run, session, open_before)
            raise
        if self._close(run, session, open_before):
            raise errors.ProgrammingError(
                msg="Stored procedure execution error: a scoped transaction was left open",
                errno=90232,
                sqlstate="25000",
            )
        return value

    def _close(self, run: Callable[[str, list[Any]], Any], session: Any, before: bool) -> bool:
        """Roll back what a body has left open; return whether there was something."""
        left = not before and getattr(session, "in_work", False)
        if left:
            run("ROLLBACK", [])
        return bool(left)
