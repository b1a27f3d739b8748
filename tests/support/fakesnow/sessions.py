"""Sessions of the fake Snowflake: renewed tokens, and transactions that were left open."""

import secrets
import threading
import time
from contextlib import suppress
from typing import Any

import duckdb

IDLE_S = 1.0
"""Idle time after which a transaction that blocks another is aborted (Snowflake: five minutes)."""


class Releases:
    """Counts how often locks were let go, so that who waits for one misses no release."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.count = 0

    def add(self) -> None:
        """Note a release, and wake who waits."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, since: int, seconds: float) -> None:
        """Return once there was one after the count `since`, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.count != since, seconds)


releases = Releases()


class Sessions:
    """Which master token, and which number, belong to which session."""

    def __init__(self) -> None:
        self._token: dict[str, str] = {}
        self._master: dict[int, str] = {}

    def opened(self, token: str) -> tuple[str, int]:
        """Return the master token and the number of a new session."""
        master = f"master-{secrets.token_urlsafe(16)}"
        number = secrets.randbelow(2**31)
        self._token[master] = token
        self._master[number] = master
        return master, number

    def abort(self, number: int, sessions: dict[str, Any]) -> None:
        """End a session: what it had open is rolled back, its tokens are worth nothing."""
        session = sessions.pop(self._token.pop(self._master.pop(number, ""), ""), None)
        if session is not None:
            # What runs ends with an error, and nothing that follows in a procedure runs any more.
            session.ended = True
            session._duck_conn.interrupt()
            rolled_back(session)

    def cancel(self, number: int, sessions: dict[str, Any]) -> None:
        """Interrupt what runs in a session."""
        session = sessions.get(self._token.get(self._master.get(number, ""), ""))
        if session is not None:
            session._duck_conn.interrupt()

    def left(self, token: str, sessions: dict[str, Any]) -> None:
        """Roll back what the session of a token has open."""
        session = sessions.get(token)
        if session is not None:
            rolled_back(session)

    def renewed(self, master: str, sessions: dict[str, Any]) -> str | None:
        """Return a new token for a session, None when it is gone."""
        old = self._token.get(master)
        session = sessions.pop(old, None) if old is not None else None
        if session is None:
            return None
        token = secrets.token_urlsafe(32)
        sessions[token] = session
        self._token[master] = token
        return token


def touched(session: Any) -> None:
    """Note that a session sent a statement."""
    session.last_seen = time.monotonic()


def drop_conflicting(sessions: dict[str, Any], asking: Any) -> None:
    """Roll back the transactions of sessions that have been silent: their clients are gone."""
    now = time.monotonic()
    for session in list(sessions.values()):
        idle = not getattr(session, "running", 0)
        silent = now - getattr(session, "last_seen", now) > IDLE_S
        if session is not asking and idle and silent:
            rolled_back(session)


def guard(session: Any) -> Any:
    """Return the lock of a session: held by each statement of a procedure, and by who ends it."""
    return session.__dict__.setdefault("guard", threading.RLock())


def rolled_back(session: Any) -> None:
    """Undo what a session has open."""
    with guard(session):
        with suppress(duckdb.Error):
            session._duck_conn.execute("ROLLBACK")
        session.in_work, session.transaction, session.locked = False, None, set()
    releases.add()
