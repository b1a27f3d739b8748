"""Locks as Snowflake shows them: which open transaction has changed rows of which table.

Inserts lock nothing there, so they are not noted. The engine underneath has its own way of finding
conflicts; this is what SHOW LOCKS tells of it, and how somebody else ends such a transaction.
https://docs.snowflake.com/en/sql-reference/transactions#resource-locking
"""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

import fakesnow.cursor as cursors
from sessions import rolled_back
from streams import full_name

_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_CHANGE = re.compile(
    _REMARKS + r"(?:UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+"
    r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})',
    re.IGNORECASE,
)
_SHOW = re.compile(_REMARKS + r"SHOW\s+LOCKS\b", re.IGNORECASE)
_ABORT = re.compile(_REMARKS + r"SELECT\s+SYSTEM\$ABORT_TRANSACTION\((\d+)\)", re.IGNORECASE)
_NUMBERS = itertools.count(1_700_000_000_000)


def install(sessions: Mapping[str, Any]) -> None:
    """Look at each statement before fakesnow does. sessions: all that are open, by token."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        session = cursor._conn
        if _SHOW.match(command):
            return original(cursor, _shown(sessions), server=True)
        if (aborted := _ABORT.match(command)) is not None:
            for other in list(sessions.values()):
                if getattr(other, "transaction", None) == int(aborted[1]):
                    rolled_back(other)
            return original(cursor, "SELECT 'Aborted transaction id' AS status", server=True)
        result = original(cursor, command, *args, **options)
        if not getattr(session, "in_work", False):
            session.transaction, session.locked = None, set()
        elif (change := _CHANGE.match(command)) is not None:
            if not session.__dict__.get("transaction"):
                session.transaction = next(_NUMBERS)
            name = full_name(session, change[1]).replace('"', "")
            session.locked = session.__dict__.get("locked", set()) | {name}
        return result

    cursors.FakeSnowflakeCursor.execute = execute


def _shown(sessions: Mapping[str, Any]) -> str:
    """Return a query for the locks that are held."""
    held = [
        f"SELECT '{table}' AS resource, 'PARTITIONS' AS type, {session.transaction} AS transaction,"
        " 'HOLDING' AS status"
        for session in list(sessions.values())
        for table in sorted(getattr(session, "locked", ()))
    ]
    held += [
        "SELECT '' AS resource, 'PARTITIONS' AS type, 0 AS transaction, 'WAITING' AS status"
        for session in list(sessions.values())
        if getattr(session, "waits", False)
    ]
    none = "SELECT '' AS resource, '' AS type, 0 AS transaction, '' AS status WHERE FALSE"
    return " UNION ALL ".join(held or [none])
