"""What a session was opened with, who was granted what, and plans, as the fake shows them.

Rights are noted and shown; only those of `rights.py` are enforced. A plan is no more than the proof
that a statement could be read.
"""

import re
from collections.abc import Callable
from typing import Any

import fakesnow.cursor as cursors
from fakesnow.dialect import parse_one
from streams import full_name

_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})(?:\([^)]*\))?'
_PARAMETERS = re.compile(
    _REMARKS + r"SHOW\s+PARAMETERS\s+(?:LIKE\s+'(\w+)'\s+)?IN\s+SESSION", re.IGNORECASE
)
_GRANT = re.compile(
    rf"{_REMARKS}GRANT\s+(\w+)\s+ON\s+\w+\s+{_NAME}\s+TO\s+ROLE\s+(\S+)", re.IGNORECASE
)
_REPLACE = re.compile(
    rf"{_REMARKS}CREATE\s+OR\s+REPLACE\s+(?:STREAM|PROCEDURE|TABLE)\s+{_NAME}(.*)",
    re.IGNORECASE | re.DOTALL,
)
_GRANTS = re.compile(rf"{_REMARKS}SHOW\s+GRANTS\s+ON\s+\w+\s+{_NAME}", re.IGNORECASE)
_EXPLAIN = re.compile(_REMARKS + r"EXPLAIN\s+USING\s+TEXT\s+(.*)", re.IGNORECASE | re.DOTALL)


def install() -> None:
    """Look at each statement before fakesnow does."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute
    grants: dict[str, set[tuple[str, str]]] = {}

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        session = cursor._conn
        if (asked := _PARAMETERS.match(command)) is not None:
            known = session.__dict__.get("parameters", {})
            names = [name for name in known if asked[1] in {None, name}]
            command = shown([(name, str(known[name]).lower()) for name in names], "key", "value")
        elif (asked := _GRANTS.match(command)) is not None:
            held = sorted(grants.get(full_name(session, asked[1]), ()))
            command = shown(held, "privilege", "grantee_name")
        elif (plan := _EXPLAIN.match(command)) is not None:
            parse_one(plan[1])
            command = "SELECT 'a plan' AS content"
        elif (given := _GRANT.match(command)) is not None:
            right = (given[1].upper(), given[3].strip('"').upper())
            grants.setdefault(full_name(session, given[2]), set()).add(right)
        elif (made := _REPLACE.match(command)) is not None and "COPY GRANTS" not in made[2].upper():
            grants.pop(full_name(session, made[1]), None)
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute


def shown(rows: list[tuple[str, str]], first: str, second: str) -> str:
    """Return a query for rows of two texts."""
    found = [f"SELECT '{one}' AS {first}, '{two}' AS {second}" for one, two in rows]
    return " UNION ALL ".join(found or [f"SELECT '' AS {first}, '' AS {second} WHERE FALSE"])
