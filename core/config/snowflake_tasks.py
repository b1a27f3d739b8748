"""The settings of the tasks inside Snowflake: on what they run, how often, whom they tell."""

import re

from core.config import validators
from core.config.parser import SettingsParser, identifier
from core.config.settings import SnowflakeTasks
from core.errors import ConfigError
from core.text import _, clean

COMPUTES = ("warehouse", "serverless")
_LEAST_S, _MOST_S = 10, 604_800
"""Bounds of USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS,
https://docs.snowflake.com/en/sql-reference/sql/create-task."""
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MOST_ADDRESSES = 50
"""https://docs.snowflake.com/en/sql-reference/sql/create-notification-integration-email."""


def read_tasks(reader: SettingsParser) -> SnowflakeTasks:
    """Return how the tasks are set up; problems are the reader's."""
    plain = SnowflakeTasks()
    interval = reader.whole("SNOW_TASK_INTERVAL_S", least=_LEAST_S, most=_MOST_S)
    return SnowflakeTasks(
        compute=reader.read("SNOW_TASK_COMPUTE", plain.compute, validators.one_of(COMPUTES)),
        interval_s=interval or plain.interval_s,
        error_integration=reader.optional("SNOW_ALERT_INTEGRATION", identifier),
        mail_to=tuple(filter(None, reader.read("SNOW_ALERT_EMAIL", "", _addresses).split(","))),
    )


def _addresses(value: str) -> str:
    """Return mail addresses with a comma between them. Errors: ConfigError."""
    found = [part.strip() for part in value.split(",")]
    for address in found:
        if not _ADDRESS.fullmatch(address):
            raise ConfigError(
                _("{value} is no mail address").format(value=repr(clean(address, 80))),
                hint=_("several stand with a comma between them"),
            )
    if len(found) > _MOST_ADDRESSES:
        raise ConfigError(
            _("{count} addresses are more than the {most} that Snowflake sends to").format(
                count=len(found), most=_MOST_ADDRESSES
            )
        )
    return ",".join(found)
