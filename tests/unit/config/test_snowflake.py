"""Snowflake's settings: one way to log in, each fault in a line of its own, secrets kept."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from core.config import Settings
from core.config.errors import Problem, SettingsError
from core.config.load import load_settings
from core.config.secrets import Redactor
from core.config.settings import SnowflakeTasks

HERE = {"SNOW_ACCOUNT": "org-account", "SNOW_USER": "worker"}
PASSPHRASE = "canary-passphrase"


@pytest.fixture(autouse=True)
def _without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nobody's own .env takes part."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> dict[str, str]:
    """Files of one private key: plain, encrypted, readable by others, and no key at all."""
    folder = tmp_path_factory.mktemp("keys")
    key = generate_private_key(65537, 2048)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    )
    contents = {"plain": plain, "locked": locked, "open": plain, "none": b"ssh-rsa AAAA\n"}
    contents["cut"] = plain[: len(plain) // 2] + b"\n-----END PRIVATE KEY-----\n"
    for name, content in contents.items():
        file = folder / f"{name}.p8"
        file.write_bytes(content)
        file.chmod(0o644 if name == "open" else 0o600)
    return {name: str(folder / f"{name}.p8") for name in (*contents, "absent")}


def loaded(**environ: str) -> Settings:
    return load_settings(environ=HERE | environ)


def refused(environ: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ=environ)
    return caught.value.problems


def test_an_account_means_snowflake_with_the_defaults_of_the_product(keys):
    settings = loaded(SNOW_PRIVATE_KEY_FILE=keys["plain"])
    snow = settings.snowflake
    assert snow is not None
    assert settings.warehouse_label == "snowflake"
    assert (snow.account, snow.user, snow.warehouse) == ("org-account", "worker", "mon_entrepot")
    assert (snow.database, settings.schema, snow.transform) == ("ma_base", "mon_schema", "auto")
    assert settings.warnings == ()


def test_credentials_without_an_account_are_told_and_duckdb_is_used():
    settings = load_settings(environ={"SNOW_OAUTH_TOKEN": "abcdef"})
    assert settings.snowflake is None
    (warning,) = settings.warnings
    assert "SNOW_OAUTH_TOKEN" in warning
    assert "abcdef" not in warning


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"SNOW_ACCESS_TOKEN": "t0ken"}, "programmatic_access_token"),
        ({"SNOW_OAUTH_TOKEN": "t0ken"}, "oauth"),
        ({"SNOW_WORKLOAD_IDENTITY_PROVIDER": "aws"}, "workload_identity"),
        ({"SNOW_PASSWORD": "pw", "SNOW_PASSCODE": "123456"}, "username_password_mfa"),
        ({"SNOW_PASSWORD": "pw"}, "snowflake"),
        ({"SNOW_AUTHENTICATOR": "externalbrowser"}, "externalbrowser"),
        ({"SNOW_AUTHENTICATOR": "ExternalBrowser", "SNOW_PASSWORD": "pw"}, "externalbrowser"),
        ({"SNOW_AUTHENTICATOR": "oauth", "SNOW_OAUTH_TOKEN": "t", "SNOW_PASSWORD": "p"}, "oauth"),
        ({"SNOW_PASSWORD": "p", "SNOW_AUTHENTICATOR": "snowflake"}, "snowflake"),
    ],
)
def test_what_is_set_chooses_the_login_and_a_named_kind_wins(given, kind):
    snow = loaded(**given).snowflake
    assert snow is not None
    assert snow.login.kind == kind


def test_two_kinds_at_once_are_refused_until_one_is_named(keys):
    both = {"SNOW_PRIVATE_KEY_FILE": keys["plain"], "SNOW_OAUTH_TOKEN": "t0ken"}
    (problem,) = refused(HERE | both)
    assert "SNOW_OAUTH_TOKEN: contradicts SNOW_PRIVATE_KEY_FILE" in problem.message
    assert "SNOW_AUTHENTICATOR" in problem.hint
    snow = loaded(**both, SNOW_AUTHENTICATOR="snowflake_jwt").snowflake
    assert snow is not None
    assert snow.login.private_key_file == Path(keys["plain"])


def test_nothing_to_log_in_with_is_told_once():
    (problem,) = refused(HERE)
    assert "nothing to log in with" in problem.message
    assert "SNOW_PRIVATE_KEY_FILE" in problem.hint


def test_what_a_named_kind_needs_must_be_there():
    (problem,) = refused(HERE | {"SNOW_AUTHENTICATOR": "snowflake_jwt"})
    assert "snowflake_jwt needs SNOW_PRIVATE_KEY_FILE" in problem.message
    (problem,) = refused(HERE | {"SNOW_AUTHENTICATOR": "magic"})
    assert "'magic' is not one of" in problem.message


def test_the_user_is_needed_where_the_login_does_not_name_one(keys):
    account = {"SNOW_ACCOUNT": "a"}
    (problem,) = refused(account | {"SNOW_PRIVATE_KEY_FILE": keys["plain"]})
    assert problem.message.startswith("SNOW_USER:")
    assert load_settings(environ=account | {"SNOW_OAUTH_TOKEN": "t"}).snowflake is not None


@pytest.mark.parametrize(
    ("name", "passphrase", "told", "fix"),
    [
        ("absent", None, "cannot be read: No such file", "name the file"),
        ("none", None, "holds no private key in PEM form", "openssl"),
        ("cut", None, "wrong passphrase, or a damaged file", "openssl"),
        ("locked", None, "is encrypted and there is no passphrase", "SNOW_PRIVATE_KEY_PASSPHRASE"),
        ("locked", "wrong-one", "wrong passphrase", "SNOW_PRIVATE_KEY_PASSPHRASE"),
        ("plain", PASSPHRASE, "is not encrypted", "remove SNOW_PRIVATE_KEY_PASSPHRASE"),
    ],
)
def test_each_fault_of_a_key_file_has_its_remedy(keys, name, passphrase, told, fix):
    given = {"SNOW_PRIVATE_KEY_FILE": keys[name]}
    if passphrase:
        given["SNOW_PRIVATE_KEY_PASSPHRASE"] = passphrase
    (problem,) = refused(HERE | given)
    assert told in problem.message
    assert fix in problem.hint
    assert "\n" not in problem.message
    assert passphrase is None or passphrase not in problem.message + problem.hint


def test_an_encrypted_key_opens_with_its_passphrase(keys):
    settings = loaded(SNOW_PRIVATE_KEY_FILE=keys["locked"], SNOW_PRIVATE_KEY_PASSPHRASE=PASSPHRASE)
    assert settings.secrets == (PASSPHRASE,)
    assert "canary" not in repr(settings)


def test_a_key_that_others_may_read_is_warned_of(keys):
    (warning,) = loaded(SNOW_PRIVATE_KEY_FILE=keys["open"]).warnings
    assert "chmod 600" in warning


def test_a_token_may_stand_in_a_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("canary-token\n")
    file.chmod(0o640)
    settings = loaded(SNOW_ACCESS_TOKEN_FILE=str(file))
    assert settings.secrets == ("canary-token",)
    (warning,) = settings.warnings
    assert "SNOW_ACCESS_TOKEN_FILE" in warning
    assert "canary" not in warning
    (problem,) = refused(HERE | {"SNOW_ACCESS_TOKEN_FILE": str(tmp_path / "absent")})
    assert "cannot be read" in problem.message
    file.write_text("two words\n")
    (problem,) = refused(HERE | {"SNOW_ACCESS_TOKEN_FILE": str(file)})
    assert "holds no token" in problem.message


def test_a_password_alone_is_warned_of():
    (warning,) = loaded(SNOW_PASSWORD="canary-password").warnings
    assert "second factor" in warning
    assert "canary" not in warning


def test_a_named_connection_holds_the_login_and_nothing_else_may():
    snow = load_settings(environ={"SNOW_CONNECTION_NAME": "work"}).snowflake
    assert snow is not None
    assert (snow.connection_name, snow.login.kind) == ("work", "connection")
    lines = refused({"SNOW_CONNECTION_NAME": "work", "SNOW_USER": "u", "SNOW_PASSWORD": "p"})
    assert [line.message.split(": ")[1] for line in lines] == ["SNOW_USER", "SNOW_PASSWORD"]


def test_options_of_the_connector_are_taken_by_type():
    given = {
        "SNOW_CONNECT_HOST": "127.0.0.1",
        "SNOW_CONNECT_PORT": "8085",
        "SNOW_CONNECT_PROTOCOL": "http",
        "SNOW_CONNECT_CLIENT_SESSION_KEEP_ALIVE": "True",
        "SNOW_CONNECT_PROXY_PASSWORD": "canary-proxy",
    }
    settings = loaded(SNOW_OAUTH_TOKEN="canary-token", **given)
    assert settings.snowflake is not None
    assert settings.snowflake.options == {
        "host": "127.0.0.1",
        "port": 8085,
        "protocol": "http",
        "client_session_keep_alive": True,
        "proxy_password": "canary-proxy",
    }
    assert set(settings.secrets) == {"canary-token", "canary-proxy"}
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AUTOCOMMIT", "true", "not among the connector's options"),
        ("PASSWORD", "canary", "not among the connector's options"),
        ("TLS_SKIP_VERIFY", "true", "not among the connector's options"),
        ("PORT", "many", "not a whole number"),
        ("CLIENT_SESSION_KEEP_ALIVE", "yes", "neither true nor false"),
        ("PROTOCOL", "ftp", "neither https nor http"),
        ("PROTOCOL", "http", "clear text"),
    ],
)
def test_other_options_are_refused(name, value, told):
    given = {"SNOW_OAUTH_TOKEN": "t0ken", f"SNOW_CONNECT_{name}": value}
    (problem,) = refused(HERE | given)
    assert f"SNOW_CONNECT_{name}" in problem.message
    assert told in problem.message
    assert "canary" not in problem.message


def test_every_secret_is_masked_in_every_output():
    settings = loaded(SNOW_PASSWORD="canary-1", SNOW_PASSCODE="987654")
    assert Redactor(settings.secrets)("canary-1 and 987654") == "*** and ***"


def test_who_merges_is_one_of_four():
    snow = loaded(SNOW_OAUTH_TOKEN="t", SNOW_TRANSFORM="Task").snowflake
    assert snow is not None
    assert snow.transform == "task"
    (problem,) = refused(HERE | {"SNOW_OAUTH_TOKEN": "t", "SNOW_TRANSFORM": "cron"})
    assert "SNOW_TRANSFORM" in problem.message


def test_tasks_run_on_the_warehouse_once_a_minute_and_tell_nobody_by_default():
    snow = loaded(SNOW_OAUTH_TOKEN="t").snowflake
    assert snow.tasks == SnowflakeTasks("warehouse", 60, None, ())


def test_compute_interval_and_whom_failed_tasks_tell_are_settings():
    snow = loaded(
        SNOW_OAUTH_TOKEN="t",
        SNOW_TASK_COMPUTE="Serverless",
        SNOW_TASK_INTERVAL_S="10",
        SNOW_ALERT_INTEGRATION="ops_queue",
        SNOW_ALERT_EMAIL="a@example.com, b@mail.example.com",
    ).snowflake
    assert snow.tasks == SnowflakeTasks(
        "serverless", 10, "ops_queue", ("a@example.com", "b@mail.example.com")
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SNOW_TASK_COMPUTE", "dynamic", "not one of warehouse, serverless"),
        ("SNOW_TASK_INTERVAL_S", "9", "from 10 to 604800"),
        ("SNOW_ALERT_INTEGRATION", "a; DROP", "not a plain SQL identifier"),
        ("SNOW_ALERT_EMAIL", "a@example.com,,b@example.com", "'' is no mail address"),
        ("SNOW_ALERT_EMAIL", "a@example.com', 'x", "no mail address"),
        pytest.param(
            "SNOW_ALERT_EMAIL",
            ",".join(f"u{number}@example.com" for number in range(51)),
            "more than the 50",
            id="too many addresses",
        ),
    ],
)
def test_wrong_settings_of_tasks_are_refused(name, value, told):
    (problem,) = refused(HERE | {"SNOW_OAUTH_TOKEN": "t", name: value})
    assert name in problem.message
    assert told in problem.message
