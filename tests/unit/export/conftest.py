"""Settings of a pipeline between a real Kafka and Snowflake."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import KafkaSettings, Settings
from core.config.settings import SnowflakeLogin, SnowflakeSettings

CANARIES = ("canary-phrase-1", "canary-password-2")


@pytest.fixture
def ready() -> Settings:
    """All that an engine needs, with an encrypted key and a login at the brokers."""
    login = SnowflakeLogin(
        "snowflake_jwt", Path("/keys/rsa_key.p8"), passphrase=SecretStr(CANARIES[0])
    )
    kafka = KafkaSettings(
        "b1:9093,b2:9093",
        topic="orders.v1",
        client={
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": "alice",
            "sasl.password": CANARIES[1],
            "ssl.ca.location": "/keys/ca.pem",
        },
        topic_partitions=6,
        topic_replication=3,
    )
    snowflake = SnowflakeSettings("ORG-MY_ACCOUNT", "loader", login, role="my_worker")
    return replace(Settings(), kafka=kafka, snowflake=snowflake)
