"""Each kind of login through the real connector, and what a refusal looks like."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from core.clock import SystemClock
from core.config.load import load_settings
from core.errors import ExitCode, WarehouseError
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.processes import Dropship


def environ(fake: FakeSnowflake, schema: str, **login: str) -> dict[str, str]:
    """The settings that lead to the fake, with another login."""
    own = {"SNOW_PASSWORD", "SNOW_AUTHENTICATOR"}
    return {k: v for k, v in fake.environ(schema).items() if k not in own} | login


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    """An encrypted private key."""
    file = tmp_path / "rsa_key.p8"
    file.write_bytes(
        generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"canary-passphrase")
        )
    )
    file.chmod(0o600)
    return str(file)


@pytest.mark.parametrize(
    "login",
    [
        {"SNOW_ACCESS_TOKEN": "canary-token"},
        {"SNOW_OAUTH_TOKEN": "canary-token"},
        {"SNOW_PASSWORD": "canary-password", "SNOW_PASSCODE": "123456"},
        {"SNOW_PRIVATE_KEY_FILE": "", "SNOW_PRIVATE_KEY_PASSPHRASE": "canary-passphrase"},
    ],
    ids=["access token", "OAuth", "password and passcode", "encrypted key"],
)
def test_the_connector_logs_in_with_what_is_set(
    fake: FakeSnowflake, schema: str, key_file: str, login: dict[str, str]
) -> None:
    given = {name: value or key_file for name, value in login.items()}
    settings = load_settings(environ=environ(fake, schema, **given))
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    assert warehouse.rows("task_clock")
    warehouse.close()


def test_a_named_connection_is_read_from_connections_toml(
    fake: FakeSnowflake, schema: str, dropship: Dropship
) -> None:
    home = dropship.folder / "snowflake"
    home.mkdir()
    file = home / "connections.toml"
    file.write_text(
        '[work]\naccount = "fakesnow"\nuser = "tester"\npassword = "canary-password"\n'
        f'host = "127.0.0.1"\nport = {fake.port}\nprotocol = "http"\n'
    )
    file.chmod(0o600)
    env = {"SNOW_CONNECTION_NAME": "work", "SNOW_SCHEMA": schema, "SNOWFLAKE_HOME": str(home)}
    record = dropship("setup", env=env).done()
    assert record["backend"]["warehouse"] == "snowflake"
    ended = dropship("kpis", env=env | {"SNOW_CONNECTION_NAME": "play"})
    assert ended.code == ExitCode.UNREACHABLE
    assert "play" in ended.record["error"]["message"]
    assert "canary" not in ended.err + ended.out


def test_a_refused_login_is_told_at_once_without_the_secret(
    fake: FakeSnowflake, schema: str
) -> None:
    given = environ(fake, schema, SNOW_OAUTH_TOKEN="canary-token", SNOW_USER="nobody")
    with pytest.raises(WarehouseError, match="Incorrect username or password") as caught:
        SnowflakeWarehouse(load_settings(environ=given), clock=SystemClock())
    assert not caught.value.transient
    assert "login" in caught.value.hint
    assert "canary" not in caught.value.message
