"""Rights for the fake Snowflake, as far as `setup` meets them: one user is a worker and no more.

Every other user is an administrator who holds every role. Codes and words are Snowflake's: 3013 for
a role that was not granted, 3001 for what the role may not do.
"""

import re
from collections.abc import Callable
from typing import Any

import fakesnow.cursor as cursors
from snowflake.connector import errors

WORKER = "dropship_worker"
"""The user, and the only role granted to it."""
_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_USE_ROLE = re.compile(_REMARKS + r'USE\s+ROLE\s+"?([\w$]+)"?', re.IGNORECASE)
_DEFINES = re.compile(
    _REMARKS + r"(?:CREATE(?!\s+(?:OR\s+REPLACE\s+)?TEMP)|ALTER(?!\s+SESSION)|DROP|GRANT|REVOKE)\b",
    re.IGNORECASE,
)


def install() -> None:
    """Look at each statement before fakesnow does."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        if cursor._conn.__dict__.get("user_name") == WORKER:
            role = _USE_ROLE.match(command)
            if role is not None and role[1].lower() not in {WORKER, "public"}:
                _refuse(
                    3013,
                    f"Requested role '{role[1]}' is not assigned to the executing user. "
                    "Specify another role to activate.",
                )
            if _DEFINES.match(command):
                _refuse(3001, "Insufficient privileges to operate on it")
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute


def _refuse(code: int, said: str) -> None:
    told = f"SQL access control error:\n{said}"
    raise errors.ProgrammingError(msg=told, errno=code, sqlstate="42501")
