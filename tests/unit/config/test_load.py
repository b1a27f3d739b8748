"""Settings: what wins, what is refused, and how it is said."""

import re
from pathlib import Path

import pytest

from core.config import Settings, Thresholds
from core.config.errors import SettingsError
from core.config.load import load_settings
from core.config.sources import NAMES
from core.errors import ExitCode
from core.pipeline import builtin

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nobody's own .env takes part."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def env_file(tmp_path: Path):
    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "settings.env"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write


def refused(env_file: Path | None = None, **environ: str) -> list[str]:
    """Load, expect a refusal, return its lines."""
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=env_file, environ=environ)
    assert caught.value.exit_code == ExitCode.USAGE
    return [problem.message for problem in caught.value.problems]


def test_nothing_set_gives_the_embedded_defaults():
    settings = load_settings(environ={})
    assert settings == Settings()
    assert (settings.broker_label, settings.warehouse_label) == ("embedded", "duckdb")


def test_the_environment_wins_over_the_file(env_file):
    file = env_file("KAFKA_TOPIC=from_file\nKAFKA_GROUP_ID=from_file\n")
    settings = load_settings(env_file=file, environ={"KAFKA_TOPIC": "from_environment"})
    assert settings.kafka.topic == "from_environment"
    assert settings.kafka.group_id == "from_file"


def test_an_empty_name_in_the_environment_unsets_the_one_in_the_file(env_file):
    file = env_file("KAFKA_BOOTSTRAP_SERVERS=localhost:9092\n")
    settings = load_settings(env_file=file, environ={"KAFKA_BOOTSTRAP_SERVERS": ""})
    assert settings.kafka.bootstrap_servers is None


def test_dot_env_of_the_working_directory_is_read(tmp_path):
    (tmp_path / ".env").write_text("KAFKA_TOPIC=other\n")
    assert load_settings(environ={}).kafka.topic == "other"


def test_loading_leaves_the_process_environment_alone(env_file, monkeypatch):
    monkeypatch.delenv("KAFKA_TOPIC", raising=False)
    load_settings(env_file=env_file("KAFKA_TOPIC=other\n"), environ={})
    import os

    assert "KAFKA_TOPIC" not in os.environ


def test_a_named_file_must_exist(tmp_path):
    (line,) = refused(tmp_path / "absent.env")
    assert "absent.env" in line
    assert "no such file" in line


@pytest.mark.parametrize(
    "value",
    ["your_account_here", "changeme", "CHANGE_ME", "<account>", "xxxx", "TODO", "your-account"],
)
def test_placeholders_are_refused_with_their_place(env_file, value):
    (line,) = refused(env_file(f"\nSNOW_USER={value}\n"))
    assert re.search(r"settings\.env:2: SNOW_USER still holds the placeholder", line)


def test_a_placeholder_of_a_secret_is_not_repeated(env_file):
    (line,) = refused(env_file("SNOW_PASSWORD=changeme\n"))
    assert "SNOW_PASSWORD" in line
    assert "changeme" not in line


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SNOW_ACOUNT", "SNOW_ACCOUNT"),
        ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"),
        ("DROPSHIP_FRESHNES_WARN_S", "DROPSHIP_FRESHNESS_WARN_S"),
        ("kafka_topic", "KAFKA_TOPIC"),
        ("KAFKA_SERVERS", "KAFKA_BOOTSTRAP_SERVERS"),
        ("KAFKA_SASL_PASSWORD", "KAFKA_CONF_SASL_PASSWORD"),
        ("KAFKA_SECURITY_PROTOCOL", "KAFKA_CONF_SECURITY_PROTOCOL"),
        ("KAFKA_ACKS", "remove it"),
        ("KAFKA_RETENTION_HOURS", "remove it"),
        ("SNOW_WHATEVER", "remove it"),
    ],
)
def test_an_unknown_name_in_the_file_gets_a_suggestion(env_file, name, meant):
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=env_file(f"A=1\n{name}=5\n"), environ={})
    (problem,) = caught.value.problems
    assert f"settings.env:2: {name} is not a setting" in problem.message
    assert meant in problem.hint


def test_a_limit_of_another_pipeline_is_told_and_ignored(env_file):
    settings = load_settings(env_file=env_file("DROPSHIP_COLOUR=5\n"), environ={})
    (warning,) = settings.warnings
    assert warning.endswith(
        "settings.env:1: DROPSHIP_COLOUR is no limit of this pipeline: it is ignored"
    )


def test_names_of_other_programs_are_no_business_of_ours(env_file):
    environ = {
        "KAFKA_HEAP_OPTS": "-Xmx1g",
        "KAFKA_SERVICE_HOST": "10.0.0.1",
        "DROPSHIP_PORT": "tcp://10.0.0.1:80",
        "SNOWSQL_ACCOUNT": "x",
    }
    assert (
        load_settings(env_file=env_file("COMPOSE_PROJECT_NAME=x\n"), environ=environ).warnings == ()
    )


def test_a_misspelt_name_in_the_environment_is_refused():
    (line,) = refused(KAFKA_BOOTSTRAP_SERVER="localhost:9092")
    assert "environment: KAFKA_BOOTSTRAP_SERVER is not a setting" in line


@pytest.mark.parametrize(
    "value",
    [
        "localhost:0",
        "localhost:99999",
        "localhost:kafka",
        "localhost:",
        ":9092",
        "a:1,,b:2",
        "a b:1",
    ],
)
def test_a_bad_address_is_refused(value):
    (line,) = refused(KAFKA_BOOTSTRAP_SERVERS=value)
    assert line.startswith("environment: KAFKA_BOOTSTRAP_SERVERS: ")


@pytest.mark.parametrize(
    "value", ["localhost:9092", "a:1, b:65535", "broker", "[::1]:9092", "SASL_SSL://a.b.c:9092"]
)
def test_good_addresses_are_taken(value):
    settings = load_settings(environ={"KAFKA_BOOTSTRAP_SERVERS": value})
    assert settings.kafka.bootstrap_servers == value.replace(" ", "")
    assert settings.broker_label == "kafka"


def test_every_problem_gets_a_line_of_its_own(env_file):
    lines = refused(
        env_file("KAFKA_TOPIC='a b'\nLOG_LEVEL=loud\nDROPSHIP_ORPHANS_WARN=2\nSNOW_SCHEMA=a-b\n")
    )
    assert len(lines) == 4
    places = {re.match(r".*settings\.env:(\d)", line)[1] for line in lines}
    assert places == {"1", "2", "3", "4"}


def test_librdkafka_settings_reach_the_clients(env_file):
    settings = load_settings(
        env_file=env_file("KAFKA_CONF_CLIENT_RACK=r1\nKAFKA_CONF_LINGER_MS=5\n"), environ={}
    )
    assert settings.kafka.client == {"client.rack": "r1", "linger.ms": "5"}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("KAFKA_CONF_NO_SUCH_THING", "1", "no.such.thing"),
        ("KAFKA_CONF_linger_ms", "abc", "Invalid value"),
        ("KAFKA_CONF_ENABLE_AUTO_COMMIT", "true", "delivery guarantee"),
        ("KAFKA_CONF_ACKS", "0", "delivery guarantee"),
        ("KAFKA_CONF_BOOTSTRAP_SERVERS", "a:1", "KAFKA_BOOTSTRAP_SERVERS"),
        ("KAFKA_CONF_TEST_MOCK_NUM_BROKERS", "3", "delivery guarantee"),
    ],
)
def test_librdkafka_settings_that_cannot_be_are_named(env_file, name, value, word):
    (line,) = refused(env_file(f"KAFKA_CONF_CLIENT_RACK=fine\n{name}={value}\n"))
    assert f"settings.env:2: {name}: " in line
    assert word in line


def test_settings_that_only_fail_together_are_told_without_the_secret():
    lines = refused(
        KAFKA_CONF_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_CONF_SASL_MECHANISM="PLAIN",
        KAFKA_CONF_SASL_PASSWORD="s3cr3t-canary",
    )
    assert any("sasl.username" in line for line in lines)
    assert not any("canary" in line for line in lines)


def test_a_secret_that_librdkafka_repeats_is_masked():
    lines = refused(KAFKA_CONF_SECURITY_PROTOCOL="canary-1", KAFKA_CONF_SASL_PASSWORD="canary-1")
    assert any('Invalid value "***"' in line for line in lines)
    assert not any("canary" in line for line in lines)


def test_thresholds_come_from_the_environment():
    settings = load_settings(
        environ={"DROPSHIP_FRESHNESS_WARN_S": "10.5", "DROPSHIP_QUANTITY_MAX": "7"}
    )
    assert settings.thresholds == Thresholds.model_validate(
        {"freshness_warn_s": 10.5, "quantity_max": 7}
    )


@pytest.mark.parametrize("value", ["abc", "-1", "nan", "inf", "1e999"])
def test_thresholds_out_of_bounds_are_refused(value):
    (line,) = refused(DROPSHIP_FRESHNESS_WARN_S=value)
    assert "DROPSHIP_FRESHNESS_WARN_S" in line


def test_a_fail_limit_below_its_warn_limit_is_refused():
    (line,) = refused(DROPSHIP_FRESHNESS_FAIL_S="5")
    assert "DROPSHIP_FRESHNESS_WARN_S" in line


def test_a_file_of_secrets_that_others_may_read_is_warned_of(env_file):
    text = "KAFKA_CONF_SASL_PASSWORD=abcdefgh\n"
    (warning,) = load_settings(env_file=env_file(text, 0o644), environ={}).warnings
    assert "chmod 600" in warning
    assert "abcdefgh" not in warning
    assert load_settings(env_file=env_file(text, 0o600), environ={}).warnings == ()
    assert load_settings(env_file=env_file("KAFKA_TOPIC=x\n", 0o644), environ={}).warnings == ()


def test_accountadmin_is_warned_of():
    (warning,) = load_settings(environ={"SNOW_ROLE": "accountadmin"}).warnings
    assert "ACCOUNTADMIN" in warning


def test_a_name_set_twice_is_warned_of_and_the_later_line_counts(env_file):
    settings = load_settings(env_file=env_file("KAFKA_TOPIC=a\nKAFKA_TOPIC=b\n"), environ={})
    assert settings.kafka.topic == "b"
    assert "settings.env:2" in settings.warnings[0]


def test_secrets_never_show_in_a_repr(env_file):
    file = env_file("KAFKA_CONF_SASL_PASSWORD=canary-canary\n")
    settings = load_settings(env_file=file, environ={})
    assert settings.secrets == ("canary-canary",)
    assert "canary" not in repr(settings)


def test_the_example_names_every_setting_with_its_default():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(NAMES) <= set(shown)
    environ = {
        name: value
        for name, value in shown.items()
        if name in NAMES and name not in {"KAFKA_BOOTSTRAP_SERVERS", "SNOW_ACCOUNT"}
    }
    assert load_settings(env_file=ROOT / ".env.example", environ=environ) == Settings()
    own = builtin().definition.thresholds
    named = {f"DROPSHIP_{name.upper()}": limit.default for name, limit in own.items()}
    assert {name: float(shown[name]) for name in named} == named


def test_a_quoted_password_arrives_as_it_was_written(tmp_path):
    file = tmp_path / ".env"
    file.write_text(
        "KAFKA_BOOTSTRAP_SERVERS=a:9092\nKAFKA_CONF_SECURITY_PROTOCOL=SASL_SSL\n"
        "KAFKA_CONF_SASL_MECHANISM=PLAIN\nKAFKA_CONF_SASL_USERNAME=me\n"
        "KAFKA_CONF_SASL_PASSWORD=' p${HOME}w '\nLOG_LEVEL=' INFO '\nstray\n"
    )
    file.chmod(0o600)
    settings = load_settings(env_file=file, environ={"HOME": "/root"})
    assert settings.kafka.client["sasl.password"] == " p${HOME}w "
    assert settings.log_level == "INFO"
    assert [warning.split(": ")[0] for warning in settings.warnings] == [f"{file}:7"]


REGISTRY = {"KAFKA_SCHEMA_REGISTRY_URL": "https://one:8081/path, http://two"}


def test_a_schema_registry_and_its_login(tmp_path: Path) -> None:
    assert load_settings(environ={}).kafka.registry is None
    ca = tmp_path / "ca.pem"
    ca.write_text("", encoding="utf-8")
    settings = load_settings(
        environ=REGISTRY
        | {
            "KAFKA_SCHEMA_REGISTRY_USER": "me",
            "KAFKA_SCHEMA_REGISTRY_PASSWORD": "geheim",
            "KAFKA_SCHEMA_REGISTRY_CA": str(ca),
        }
    )
    registry = settings.kafka.registry
    assert registry is not None
    assert (registry.url, registry.user, registry.ca_location) == (
        "https://one:8081/path,http://two",
        "me",
        ca,
    )
    assert settings.secrets == ("geheim",)
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"KAFKA_SCHEMA_REGISTRY_URL": "localhost:8081"}, "'localhost:8081' is not the address"),
        ({"KAFKA_SCHEMA_REGISTRY_URL": "http://me:geheim@host"}, "must not hold a password"),
        ({"KAFKA_SCHEMA_REGISTRY_URL": "ftp://me:geheim@host"}, "'host' is not the address"),
        ({"KAFKA_SCHEMA_REGISTRY_URL": "http://a,"}, "'' is not the address"),
        (REGISTRY | {"KAFKA_SCHEMA_REGISTRY_USER": "a:b"}, "cannot hold a colon"),
        (REGISTRY | {"KAFKA_SCHEMA_REGISTRY_PASSWORD": "geheim"}, "_USER: is needed"),
        (REGISTRY | {"KAFKA_SCHEMA_REGISTRY_CA": "none.pem"}, "'none.pem' cannot be read"),
    ],
)
def test_a_wrong_schema_registry_is_told_without_its_password(
    wrong: dict[str, str], told: str
) -> None:
    [line] = refused(**wrong)
    assert told in line
    assert "geheim" not in line
