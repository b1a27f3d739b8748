"""Rights for the fake Snowflake, as far as `setup` meets them: one user is a worker and no more.

Every other user is an administrator who holds every role. Codes and words are Snowflake's: 3013 for
a role that was not granted, 3001 for what the role may not do.
"""

import re
from collections.abc import Callable
from typing import Any

import fakesnow.cursor as cursors
from snowflake.connector import errors

ROLES = {
    *("ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "PUBLIC", "A_ROLE"),
    *("DROPSHIP_OWNER", "DROPSHIP_WORKER", "DROPSHIP_READER"),
}
"""What there is before anybody makes a role."""
WORKER = "dropship_worker"
"""The user, and the only role granted to it."""
_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_USE_ROLE = re.compile(_REMARKS + r'USE\s+ROLE\s+"?([\w$]+)"?', re.IGNORECASE)
_CREATE_ROLE = re.compile(
    _REMARKS + r'CREATE\s+ROLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([\w$]+)"?', re.IGNORECASE
)
_DEFINES = re.compile(
    _REMARKS + r"(?:CREATE(?!\s+(?:OR\s+REPLACE\s+)?TEMP)|ALTER(?!\s+SESSION)|DROP|GRANT|REVOKE)\b",
    re.IGNORECASE,
)


def install() -> None:
    """Look at each statement before fakesnow does."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute
    known = set(ROLES)

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        worker = cursor._conn.__dict__.get("user_name") == WORKER
        granted = {WORKER.upper(), "PUBLIC"} if worker else known
        role = _USE_ROLE.match(command)
        if role is not None and role[1].upper() not in granted:
            _refuse(
                3013,
                f"Requested role '{role[1]}' is not assigned to the executing user. "
                "Specify another role to activate.",
            )
        if worker and _DEFINES.match(command):
            _refuse(3001, "Insufficient privileges to operate on it")
        if (made := _CREATE_ROLE.match(command)) is not None:
            known.add(made[1].upper())
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute


def _refuse(code: int, said: str) -> None:
    told = f"SQL access control error:\n{said}"
    raise errors.ProgrammingError(msg=told, errno=code, sqlstate="42501")
