"""Sessions of Snowflake end with the warehouse, also those that are just being opened."""

import pytest

from core.clock import SystemClock
from core.config import Settings, SnowflakeLogin, SnowflakeSettings
from core.errors import WarehouseError
from core.warehouse.snowflake import session
from core.warehouse.snowflake.identifiers import snowflake_identifiers


class Driver:
    """A connection of the connector."""

    closed = False

    def close(self, *, retry: bool) -> None:
        assert not retry
        self.closed = True


def test_a_session_that_is_opened_while_all_are_closed_is_closed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(
        snowflake=SnowflakeSettings("org-account", "worker", SnowflakeLogin("externalbrowser"))
    )
    sessions = session.Sessions(settings, snowflake_identifiers(settings), clock=SystemClock())
    opened = Driver()

    def connect(*_given: object) -> Driver:
        sessions.close()  # as the console that ends while a thread logs in
        return opened

    monkeypatch.setattr(session, "connect", connect)
    with pytest.raises(WarehouseError, match="closed"):
        sessions.mine()
    assert opened.closed
