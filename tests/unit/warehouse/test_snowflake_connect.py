"""What the connector is given for each kind of login, and that no wait is without a bound."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from core import __version__
from core.config import Settings, SnowflakeLogin, SnowflakeSettings
from core.warehouse.snowflake.connect import connection_options
from core.warehouse.snowflake.identifiers import Identifiers, snowflake_identifiers


def options(login: SnowflakeLogin, **changes: object) -> dict[str, object]:
    snow = SnowflakeSettings("org-account", "worker", login, **changes)  # type: ignore[arg-type]
    return connection_options(snow, names(snow))


def names(snow: SnowflakeSettings) -> Identifiers:
    return snowflake_identifiers(Settings(snowflake=snow))


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (
            SnowflakeLogin(
                "snowflake_jwt", private_key_file=Path("k.p8"), passphrase=SecretStr("secret")
            ),
            {
                "authenticator": "SNOWFLAKE_JWT",
                "private_key_file": "k.p8",
                "private_key_password": "secret",
            },
        ),
        (
            SnowflakeLogin("programmatic_access_token", token=SecretStr("t0ken")),
            {"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": "t0ken"},
        ),
        (
            SnowflakeLogin("oauth", token=SecretStr("t0ken")),
            {"authenticator": "OAUTH", "token": "t0ken"},
        ),
        (
            SnowflakeLogin(
                "username_password_mfa", password=SecretStr("pw"), passcode=SecretStr("123456")
            ),
            {"authenticator": "USERNAME_PASSWORD_MFA", "password": "pw", "passcode": "123456"},
        ),
        (
            SnowflakeLogin("workload_identity", workload_provider="AWS"),
            {"authenticator": "WORKLOAD_IDENTITY", "workload_identity_provider": "AWS"},
        ),
        (SnowflakeLogin("externalbrowser"), {"authenticator": "EXTERNALBROWSER"}),
    ],
)
def test_each_kind_of_login_is_given_what_it_needs(
    login: SnowflakeLogin, expected: dict[str, object]
) -> None:
    made = options(login)
    mine = {"private_key_file", "private_key_password", "token", "password", "passcode"}
    mine |= {"authenticator", "workload_identity_provider"}
    assert {name: value for name, value in made.items() if name in mine} == expected
    assert (made["account"], made["user"]) == ("org-account", "worker")


def test_names_are_given_as_snowflake_stores_them() -> None:
    made = options(SnowflakeLogin("externalbrowser"), role="worker_role")
    assert (made["warehouse"], made["database"]) == ("MON_ENTREPOT", "MA_BASE")
    assert (made["schema"], made["role"]) == ("MON_SCHEMA", "WORKER_ROLE")


def test_a_named_connection_brings_account_user_and_login_of_its_own() -> None:
    made = options(SnowflakeLogin("connection"), connection_name="work")
    assert made["connection_name"] == "work"
    assert not made.keys() & {"account", "user", "authenticator", "password"}


def test_options_of_the_settings_win_over_ours() -> None:
    assert options(SnowflakeLogin("oauth"))["login_timeout"] == 20
    assert options(SnowflakeLogin("oauth"), options={"login_timeout": 5})["login_timeout"] == 5


def test_a_person_has_time_to_log_in() -> None:
    assert options(SnowflakeLogin("externalbrowser"))["login_timeout"] == 180
    by_hand = SnowflakeLogin("username_password_mfa")
    assert options(by_hand, options={"login_timeout": 5})["login_timeout"] == 5


def test_the_connector_neither_repeats_by_itself_nor_waits_for_ever() -> None:
    made = options(SnowflakeLogin("oauth"))
    assert made["retry_max_attempts"] == 1
    for name in ("connect_timeout", "login_timeout", "request_timeout", "retry_timeout"):
        assert 0 < made[name] <= 60  # type: ignore[operator]
    session = made["session_parameters"]
    assert isinstance(session, dict)
    assert session["TIMEZONE"] == "UTC"
    assert session["LOCK_TIMEOUT"] <= 30


def test_the_session_leaves_nothing_to_the_account_that_the_statements_rest_on() -> None:
    session = options(SnowflakeLogin("oauth"))["session_parameters"]
    assert isinstance(session, dict)
    wanted = {
        "TIMESTAMP_INPUT_FORMAT": "AUTO",
        "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
        "BINARY_INPUT_FORMAT": "HEX",
        "BINARY_OUTPUT_FORMAT": "HEX",
        "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
        "ROWS_PER_RESULTSET": 0,
    }
    assert {key: session.get(key) for key in wanted} == wanted


def test_every_query_bears_the_version_and_the_job_of_its_process() -> None:
    snow = SnowflakeSettings("a", "u", SnowflakeLogin("oauth"))
    session = connection_options(snow, names(snow), job="consume")["session_parameters"]
    assert isinstance(session, dict)
    assert session["QUERY_TAG"] == f"dropship {__version__} consume"
