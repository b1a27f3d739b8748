"""Sessions of the fake Snowflake: renewed tokens, and transactions that were left open."""

import secrets
import time
from contextlib import suppress
from typing import Any

import duckdb

IDLE_S = 1.0
"""Idle time after which a transaction that blocks another is aborted (Snowflake: five minutes)."""


class Sessions:
    """Which master token belongs to which session."""

    def __init__(self) -> None:
        self._token: dict[str, str] = {}

    def opened(self, token: str) -> str:
        """Return the master token of a new session."""
        master = f"master-{secrets.token_urlsafe(16)}"
        self._token[master] = token
        return master

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
        if session is not asking and now - getattr(session, "last_seen", now) > IDLE_S:
            with suppress(duckdb.Error):
                session._duck_conn.execute("ROLLBACK")
