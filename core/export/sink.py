"""What any engine has to know to bring the topic into Snowflake, taken from the settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.config import Settings
from core.config.settings import SnowflakeSettings
from core.errors import ConfigError
from core.text import _, clean
from core.warehouse.snowflake.identifiers import snowflake_identifiers

TABLE = "ORDERS_EVENTS_SINK"
"""Where the engine puts records; sql/connector/sink.sql makes it."""

PASSPHRASE = "SNOW_PRIVATE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
SASL_PASSWORD = "KAFKA_CONF_SASL_PASSWORD"  # noqa: S105

_DOMAIN = "snowflakecomputing.com"
_DEFAULT_KEY = PurePosixPath("/etc/dropship/rsa_key.p8")
_NO_NAME = re.compile(r"[^-_A-Za-z0-9]")
_MOST_TASKS = 8


@dataclass(frozen=True)
class Sink:
    """One way from a topic into a table.

    name: of the connector; group: whose offsets in Kafka tell its lag. url: `host:443`. key_file:
    where the engine finds the private key; encrypted: it needs a passphrase. copies: of the dead
    letter topic. tasks: how many work at once. kafka: librdkafka settings, secrets among them.
    """

    name: str
    group: str
    servers: str
    topic: str
    dead_letter_topic: str
    copies: int
    tasks: int
    account: str
    url: str
    user: str
    role: str
    database: str
    schema: str
    key_file: str
    encrypted: bool
    kafka: Mapping[str, str]


def sink_of(settings: Settings, *, engine: str, partitions: int | None = None) -> Sink:
    """Return the sink that the settings describe. partitions: of the topic, where known.

    Errors: ConfigError when a setting is missing that every engine needs.
    """
    kafka, snowflake = settings.kafka, settings.snowflake
    if kafka.bootstrap_servers is None:
        raise _missing(
            "KAFKA_BOOTSTRAP_SERVERS", _("an engine of its own cannot reach the embedded broker")
        )
    if snowflake is None:
        raise _missing("SNOW_ACCOUNT", _("the official connectors write to Snowflake only"))
    if not snowflake.account:
        raise _missing("SNOW_ACCOUNT", _("a connection of connections.toml is not enough here"))
    if not snowflake.user:
        raise _missing("SNOW_USER", _("the connector logs in with a key pair of this user"))
    for setting, value in (("SNOW_ACCOUNT", snowflake.account), ("SNOW_USER", snowflake.user)):
        if "${" in value:
            raise _missing(setting, _("${ would be taken for a reference"))
    names = snowflake_identifiers(settings)
    name = "dropship_" + _NO_NAME.sub("_", kafka.topic)
    key = snowflake.login.private_key_file
    return Sink(
        name=name,
        # Kafka Connect derives the group from the connector's name.
        group=f"connect-{name}" if engine == "kafka-connect" else name,
        servers=kafka.bootstrap_servers,
        topic=kafka.topic,
        dead_letter_topic=f"{kafka.topic}_dead_letters",
        copies=kafka.topic_replication,
        tasks=min(partitions or kafka.topic_partitions or 1, _MOST_TASKS),
        account=snowflake.account,
        url=f"{_host(snowflake)}:443",
        user=snowflake.user,
        role=names.worker_role.upper(),
        database=names.database.upper(),
        schema=names.schema_name.upper(),
        key_file=str(_DEFAULT_KEY if key is None else Path(key).absolute()),
        encrypted=snowflake.login.passphrase is not None,
        kafka=kafka.client,
    )


def _host(snowflake: SnowflakeSettings) -> str:
    """Return the host of an account. In it `_` is written `-`, which certificates need."""
    given = snowflake.options.get("host")
    if given:
        return str(given)
    return f"{snowflake.account.lower().replace('_', '-')}.{_DOMAIN}"


def _missing(setting: str, reason: str) -> ConfigError:
    return ConfigError(
        _("{setting}: {reason}").format(setting=setting, reason=reason),
        hint=_("docs/scaling.md tells what export-connector needs"),
    )


def shown(sink: Sink) -> str:
    """Return a sink as messages name it."""
    return clean(f"{sink.topic} -> {sink.database}.{sink.schema}.{TABLE}", 200)
