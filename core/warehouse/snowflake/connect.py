"""One connection to Snowflake, opened as the settings say and bounded in every wait.

The connector's own retries are off: what failed may have been done all the same, and whether to
try again is for those who can find out (`core.consumer.batch_writer` by the stored offsets).
"""

import logging
import os
from typing import Any

from core import __version__
from core.config.settings import Settings, SnowflakeLogin, SnowflakeSettings
from core.warehouse.snowflake.identifiers import Identifiers

APPLICATION = "dropship"
LOCK_TIMEOUT_S = 20
_SESSION: dict[str, object] = {
    "TIMEZONE": "UTC",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "AUTOCOMMIT": True,
    "ABORT_DETACHED_QUERY": True,
    "LOCK_TIMEOUT": LOCK_TIMEOUT_S,
    "STATEMENT_TIMEOUT_IN_SECONDS": 900,
    "CLIENT_TELEMETRY_ENABLED": False,
    # What an account or a user may have set otherwise, and the statements rest on.
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "BINARY_INPUT_FORMAT": "HEX",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "ROWS_PER_RESULTSET": 0,
    "ERROR_ON_NONDETERMINISTIC_MERGE": True,
    "TRANSACTION_ABORT_ON_ERROR": False,
}
"""https://docs.snowflake.com/en/sql-reference/parameters. A detached query is one whose client is
gone: it must not hold a lock. A consumer that waits for a lock would rather say so."""
_LIMITS: dict[str, object] = {
    "retry_max_attempts": 1,
    "connect_timeout": 10,
    "login_timeout": 20,
    "request_timeout": 20,
    "retry_timeout": 60,
    "logout_max_attempts": 1,
    "logout_request_timeout_seconds": 2,
    "logout_total_timeout_seconds": 2,
    "enable_server_session_keep_alive_auto_detection": False,
    "client_out_of_band_telemetry_enabled": False,
}
_BY_HAND = {
    "externalbrowser",
    "oauth_authorization_code",
    "username_password_mfa",
    "connection",
}
"""Kinds of login in which a person may have something to do, a browser or a telephone to reach."""
_PERSON_S = 180

# What fails is told by its error; the rest (proxies, metadata services) is of no use to people.
logging.getLogger("snowflake").setLevel(logging.ERROR)


def query_tag(job: str) -> str:
    """Return what QUERY_HISTORY shows beside each statement: version and job."""
    return f"{APPLICATION} {__version__} {job}"


def connect(settings: Settings, names: Identifiers) -> Any:
    """Return an open connection of the driver. Errors: those of the driver."""
    # Before a login the connector asks the metadata services of three clouds where it runs, for its
    # telemetry. Elsewhere that is noise in the log and two seconds.
    os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
    import snowflake.connector  # noqa: PLC0415 - most of a second, where pandas is installed

    snow = settings.snowflake
    if snow is None:
        raise ValueError("the settings name no Snowflake account")
    return snowflake.connector.connect(**connection_options(snow, names, job=settings.job))


def connection_options(
    snow: SnowflakeSettings, names: Identifiers, *, job: str = "console"
) -> dict[str, object]:
    """Return every option of the connector: ours, then what the settings say."""
    options: dict[str, object] = {
        **_LIMITS,
        "application": APPLICATION,
        "paramstyle": "qmark",
        "session_parameters": {**_SESSION, "QUERY_TAG": query_tag(job)},
        "warehouse": names.warehouse.upper(),
        "database": names.database.upper(),
        "schema": names.schema_name.upper(),
    }
    if snow.login.kind in _BY_HAND:
        options["login_timeout"] = _PERSON_S
    if snow.role is not None:
        options["role"] = snow.role.upper()
    if snow.connection_name is not None:
        options["connection_name"] = snow.connection_name
    else:
        options["account"] = snow.account
        if snow.user:
            options["user"] = snow.user
        options.update(_login(snow.login))
    return {**options, **snow.options}


def _login(login: SnowflakeLogin) -> dict[str, object]:
    """Return the options that prove who one is."""
    options: dict[str, object] = {"authenticator": login.kind.upper()}
    if login.private_key_file is not None:
        options["private_key_file"] = str(login.private_key_file)
    secrets = {
        "private_key_password": login.passphrase,
        "token": login.token,
        "password": login.password,
        "passcode": login.passcode,
    }
    options.update(
        {name: held.get_secret_value() for name, held in secrets.items() if held is not None}
    )
    if login.workload_provider is not None:
        options["workload_identity_provider"] = login.workload_provider
    return options
