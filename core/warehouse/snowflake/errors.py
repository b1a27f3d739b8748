"""Errors of the Snowflake connector as ours, once, where they leave the driver.

Transient is what may be gone at the next attempt: the network, a service that is busy, a session
that ended, a lock. A refusal (no right, no table, a wrong login) is not.
"""

import re

from snowflake.connector import errors as driver

from core.errors import WarehouseError
from core.remedies import EXAMINE, SET_UP, Remedy
from core.text import _, clean

SESSION_GONE = frozenset({390104, 390108, 390110, 390111, 390112, 390114, 390115, 390195, 390318})
"""Codes after which only a new login helps: token or session expired, deleted or unknown."""
_LOGIN = 250001
_OF_CLIENT = range(1, 100)
"""The connector's own codes, which no server gives."""
_LOGIN_CODES = range(390_000, 391_000)
"""Of Snowflake's own codes those about who one is and how that is proved."""
_STATEMENT = frozenset({604, 625, 630})
"""Cancelled, lock timeout, statement timeout: the statement is over, the session lives."""
_NO_COLUMN = 904
"""Invalid identifier: a table that an earlier version made, or that somebody altered."""
_PASSING_STATES = ("08", "40", "53", "57")
"""SQLSTATE classes: connection, transaction rolled back, resources, intervention."""
_NETWORK = re.compile(
    r"HTTP request failed|connection (?:refused|reset|closed)|timed? ?out|dns error|unreachable",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"^(?:\d{6}(?: \(\w+\))?: )+")
_UNCAUGHT = re.compile(r"(?:Uncaught exception of type '\w+' on line \d+ at position \d+ : )+")
"""How an error inside a procedure begins; its code and its state are those of the statement."""
_REQUEST = re.compile(r"\s*\(request_id=[0-9a-f-]+\)\s*$")


def translated(error: driver.Error, account: str) -> WarehouseError:
    """Return a driver error as ours: what Snowflake said, and whether waiting can help."""
    reason = _reason(error)
    transient = is_transient(error)
    advice, remedies = _how_to_fix(error, transient=transient)
    return WarehouseError(
        _("Snowflake {account}: {reason}").format(account=clean(account, 80), reason=reason),
        hint=advice,
        transient=transient,
        remedies=remedies,
    )


def is_transient(error: driver.Error) -> bool:
    """Return whether the same may succeed later."""
    if _is_gone(error) or error.errno in _STATEMENT:
        return True
    if error.errno == _LOGIN:
        return _NETWORK.search(str(error)) is not None
    if error.errno in _OF_CLIENT and _NETWORK.search(str(error)) is not None:
        return True  # a connection that is cut in the midst of an answer has any class
    if isinstance(error, (driver.ProgrammingError, driver.IntegrityError)):
        return str(error.sqlstate or "").startswith(_PASSING_STATES)
    return isinstance(error, (driver.OperationalError, driver.InterfaceError))


def loses_session(error: driver.Error) -> bool:
    """Return whether nobody can tell what became of the session the error came from."""
    if error.errno in _STATEMENT or isinstance(error, driver.IntegrityError):
        return False
    if _is_gone(error):
        return True
    return is_transient(error) and not str(error.sqlstate or "").startswith(("40", "53", "57"))


def _is_gone(error: driver.Error) -> bool:
    """Return whether the session ended; a token that could not be renewed has a login's code."""
    return error.errno in SESSION_GONE or "refresh session" in str(error)


def _reason(error: driver.Error) -> str:
    """Return what was said, in one line: without the code twice and the number of the request."""
    text = " ".join(str(error.raw_msg or error).split())
    plain = _UNCAUGHT.sub("", _REPEATED.sub("", _REQUEST.sub("", text)))
    code = f" ({error.errno})" if error.errno and error.errno > 0 else ""
    return clean(plain, 300) + code


def _how_to_fix(error: driver.Error, *, transient: bool) -> tuple[str, tuple[Remedy, ...]]:
    """Return advice, and what fixes it."""
    if transient:
        return _("check the network and https://status.snowflake.com; retrying automatically"), ()
    if error.errno == _LOGIN or (error.errno or 0) in _LOGIN_CODES:
        return _("check account, user and the login that is set"), (EXAMINE,)
    if error.errno == _NO_COLUMN:
        return _("setup adds columns that came later"), (SET_UP, EXAMINE)
    if str(error.sqlstate or "") in {"42S02", "02000", "42501"}:
        return _("--print shows what it creates to whoever may"), (SET_UP,)
    return _("it looks at the connection, the role and the tables"), (EXAMINE,)
