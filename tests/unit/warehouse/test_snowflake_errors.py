"""Errors of the connector: what passes, what ends a session, and what a person reads."""

import pytest
from snowflake.connector import errors as driver

from core.errors import ExitCode
from core.warehouse.snowflake.errors import is_transient, loses_session, translated

NETWORK = "HTTP request failed after retries: query request. Connection refused (os error 111)"
CASES = {
    "no answer": (driver.OperationalError(msg=NETWORK, errno=4), True, True),
    "no answer to the login": (
        driver.DatabaseError(msg=f"Failed to login: {NETWORK}", errno=250001, sqlstate="08001"),
        True,
        True,
    ),
    "login refused": (
        driver.DatabaseError(
            msg="Failed to login: Incorrect username or password was specified.",
            errno=250001,
            sqlstate="08001",
        ),
        False,
        False,
    ),
    "login refused by code": (
        driver.DatabaseError(msg="Incorrect username or password", errno=390100, sqlstate="08001"),
        False,
        False,
    ),
    "session expired": (driver.ProgrammingError(msg="expired", errno=390112), True, True),
    "token expired": (driver.DatabaseError(msg="log in", errno=390114), True, True),
    "lock timeout": (
        driver.ProgrammingError(msg="locked", errno=625, sqlstate="57014"),
        True,
        False,
    ),
    "statement timeout": (
        driver.ProgrammingError(msg="timeout", errno=630, sqlstate="57014"),
        True,
        False,
    ),
    "no such table": (
        driver.ProgrammingError(msg="does not exist", errno=2003, sqlstate="42S02"),
        False,
        False,
    ),
    "no right": (driver.ProgrammingError(msg="denied", errno=3001, sqlstate="42501"), False, False),
    "bad value": (driver.ProgrammingError(msg="bad", errno=100038, sqlstate="22018"), False, False),
    "null in a column": (
        driver.IntegrityError(msg="NULL", errno=100072, sqlstate="22000"),
        False,
        False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_passes_and_what_ends_a_session(name: str) -> None:
    error, transient, lost = CASES[name]
    assert is_transient(error) is transient
    assert loses_session(error) is lost
    ours = translated(error, "org-account")
    assert ours.transient is transient
    assert ours.exit_code is ExitCode.UNREACHABLE
    assert ours.hint
    assert ("login that is set" in ours.hint) is name.startswith("login refused")


def test_a_message_is_one_harmless_line_without_its_code_twice() -> None:
    said = "002003 (42S02): 002003 (42S02): SQL compilation error:\n\x1b[31mTable 'X' missing"
    request = " (request_id=606fbbec-d578-44ea-b362-f54b994c0e18)"
    ours = translated(
        driver.ProgrammingError(msg=said + request, errno=2003, sqlstate="42S02"), "a\x1b]0;x"
    )
    assert ours.message == (
        "Snowflake a\ufffd]0;x: SQL compilation error: \ufffd[31mTable 'X' missing (2003)"
    )
    assert "setup" in ours.hint


def test_a_connection_that_is_cut_in_the_midst_of_an_answer_passes() -> None:
    text = "Invalid Snowflake response. Connection reset by peer (os error 104)"
    for kind in (driver.ProgrammingError, driver.DatabaseError, driver.InternalError):
        cut = kind(msg=text, errno=6)
        assert translated(cut, "acme").transient
        assert loses_session(cut)
    assert not translated(driver.ProgrammingError(msg="no such option", errno=6), "acme").transient
