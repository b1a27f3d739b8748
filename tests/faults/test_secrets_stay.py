"""A canary in every credential setting: it must never leave the process, whatever goes wrong.

Looked at: stdout, stderr, tracebacks, logs and every other file, the process list, the console's
screen. The canary holds characters that JSON, URLs, repr() and shells write in other ways; any part
of it that is telling counts as a leak.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.processes import Dropship, Running
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

PART = "C4N4RY"
CANARY = f"{PART}'é\"%/+ {PART}"
SASL = {"KAFKA_CONF_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_CONF_SASL_USERNAME": "me"}
SSL = {"KAFKA_CONF_SECURITY_PROTOCOL": "SSL"}
SNOW = {
    "SNOW_ACCOUNT": "org-account",
    "SNOW_USER": "me",
    "SNOW_CONNECT_HOST": "127.0.0.1",
    "SNOW_CONNECT_PROTOCOL": "http",
}
PEM = f"-----BEGIN PRIVATE KEY-----\n{PART}{PART}{PART}\n-----END PRIVATE KEY-----"
KAFKA_CASES = {
    "plain": SASL | {"KAFKA_CONF_SASL_MECHANISM": "PLAIN", "KAFKA_CONF_SASL_PASSWORD": CANARY},
    "scram": SASL
    | {"KAFKA_CONF_SASL_MECHANISM": "SCRAM-SHA-512", "KAFKA_CONF_SASL_PASSWORD": CANARY},
    "wrong_mechanism": SASL
    | {"KAFKA_CONF_SASL_MECHANISM": "NO", "KAFKA_CONF_SASL_PASSWORD": CANARY},
    "key_password": SSL | {"KAFKA_CONF_SSL_KEY_PASSWORD": CANARY, "KAFKA_CONF_SSL_KEY_PEM": PEM},
    "keystore": SSL
    | {"KAFKA_CONF_SSL_KEYSTORE_PASSWORD": CANARY, "KAFKA_CONF_SSL_KEYSTORE_LOCATION": "/none"},
    "oidc": SASL
    | {
        "KAFKA_CONF_SASL_MECHANISM": "OAUTHBEARER",
        "KAFKA_CONF_SASL_OAUTHBEARER_METHOD": "oidc",
        "KAFKA_CONF_SASL_OAUTHBEARER_CLIENT_ID": "me",
        "KAFKA_CONF_SASL_OAUTHBEARER_CLIENT_SECRET": CANARY,
        "KAFKA_CONF_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": "http://127.0.0.1:9/token",
    },
    "bearer_config": SASL
    | {
        "KAFKA_CONF_SASL_MECHANISM": "OAUTHBEARER",
        "KAFKA_CONF_SASL_OAUTHBEARER_CONFIG": f"principal={PART}",
    },
    "registry": {
        "KAFKA_SCHEMA_REGISTRY_URL": "http://127.0.0.1:9",
        "KAFKA_SCHEMA_REGISTRY_USER": "me",
        "KAFKA_SCHEMA_REGISTRY_PASSWORD": CANARY,
    },
    "registry_address": {"KAFKA_SCHEMA_REGISTRY_URL": f"http://me:{PART}@127.0.0.1:9"},
    "misspelt": SASL | {"KAFKA_CONF_SASL_PASSWORT": CANARY},
    # librdkafka repeats a value that it refuses.
    "repeated": {"KAFKA_CONF_SECURITY_PROTOCOL": CANARY, "KAFKA_CONF_SASL_PASSWORD": CANARY},
}
SNOW_CASES = {
    "password": {"SNOW_PASSWORD": CANARY},
    "access_token": {"SNOW_ACCESS_TOKEN": CANARY},
    "oauth": {"SNOW_OAUTH_TOKEN": CANARY},
    "passcode": {"SNOW_PASSWORD": CANARY, "SNOW_PASSCODE": CANARY},
    "passphrase": {"SNOW_PRIVATE_KEY_FILE": "key.p8", "SNOW_PRIVATE_KEY_PASSPHRASE": CANARY},
    "two_at_once": {"SNOW_PASSWORD": CANARY, "SNOW_ACCESS_TOKEN": CANARY},
    "misspelt": {"SNOW_PASWORD": CANARY},
}


@pytest.fixture
def kafka_address(closed_port: int) -> dict[str, str]:
    return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{closed_port}"}


def process_list(running: Running) -> Iterator[str]:
    """Yield what `ps` shows of a process and its children."""
    with suppress(psutil.Error):
        process = psutil.Process(running.pid)
        for one in (process, *process.children(recursive=True)):
            yield " ".join([one.name(), *one.cmdline()])


def check_kept(dropship: Dropship, job: str, *arguments: str, env: dict[str, str]) -> str:
    """Run a job with every talkative option; fail if the canary is anywhere. Return its stderr."""
    for file in dropship.folder.rglob("*"):
        assert (
            not file.is_file()
            or PART not in file.read_text(errors="replace")
            or file.name
            in {
                ".env",
                "key.p8",
            }
        )
    running = dropship.start(job, "--debug", "--timeout", "1", *arguments, env=env)
    seen: set[str] = set()
    while not running.ended:
        seen.update(process_list(running))
    ended = running.end()
    assert ended.code != 0
    assert PART not in "\n".join(seen)
    assert PART not in ended.out
    assert PART not in ended.err
    check_files(dropship.folder)
    return ended.err


def check_files(folder: Path) -> None:
    """Fail if a file that we made holds the canary, or may be written by others."""
    for file in folder.rglob("*"):
        if file.name in {".env", "key.p8"} or not file.is_file():
            continue
        assert PART not in file.read_bytes().decode(errors="replace"), file
        assert stat.S_IMODE(file.stat().st_mode) in {0o600, 0o644}, file


def few(cases: dict[str, dict[str, str]], *quick: str) -> list[object]:
    """Return the cases; all but a few are left to the slow tests, since each starts processes."""
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]


@pytest.mark.parametrize("case", few(KAFKA_CASES, "plain", "repeated"))
def test_credentials_of_kafka_stay(dropship, kafka_address, case):
    env = kafka_address | KAFKA_CASES[case] | {"LOG_LEVEL": "DEBUG"}
    check_kept(dropship, "consume", env=env)
    check_kept(dropship, "doctor", env=env)


@pytest.mark.parametrize("case", few(SNOW_CASES, "password", "misspelt"))
def test_credentials_of_snowflake_stay(dropship, closed_port, case):
    key = dropship.folder / "key.p8"
    key.write_text(PEM)
    key.chmod(0o600)
    env = SNOW | SNOW_CASES[case] | {"LOG_LEVEL": "DEBUG", "SNOW_CONNECT_PORT": str(closed_port)}
    check_kept(dropship, "kpis", env=env)


@pytest.mark.parametrize(
    "line",
    [
        f"SNOW_PASSWORD='{PART}",
        f"SNOW_PASSWORD {PART}",
        f'KAFKA_CONF_SASL_PASSWORD="{PART}" {PART}',
        f"export {PART}",
        f"SNOW_PASWORD={PART}",
        f"SNOW_ACCESS_TOKEN=${{{PART}}}",
    ],
)
def test_a_broken_line_of_the_settings_is_not_repeated(dropship, line):
    file = dropship.folder / ".env"
    file.write_text(f"KAFKA_TOPIC=a\n{line}\n")
    file.chmod(0o600)
    dropship.paths.data.mkdir()
    if "export" in line or "$" in line:
        # A name is no secret; what is asked is that nothing breaks.
        assert dropship("kpis").code in {2, 0}
        return
    said = check_kept(dropship, "kpis", env={})
    assert ".env:2" in said


def test_the_screen_and_the_log_of_the_console_keep_it(tmp_path, monkeypatch, kafka_address):
    for name, value in (kafka_address | KAFKA_CASES["plain"]).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("127.0.0.1")
        for key in ("l", "9", "0", "?"):
            terminal.press(key)
        terminal.wait_until((tmp_path / "data/logs/dropship.log").exists, "a log")
        os.kill(terminal.process.pid, 15)
        assert terminal.exit_code() == 143
        assert PART not in terminal.output.decode(errors="replace")
    check_files(tmp_path)


def listening(pid: int) -> set[str]:
    """Return the addresses on which a process and its children listen."""
    process = psutil.Process(pid)
    return {
        link.laddr.ip
        for one in (process, *process.children(recursive=True))
        for link in one.net_connections(kind="inet")
        if link.status == psutil.CONN_LISTEN
    }


def test_everything_listens_on_loopback_only(dropship):
    pipeline = dropship.start("pipeline", "--orders", "50000", "--rate", "500")
    wait_until(lambda: dropship.paths.broker_file.exists() or pipeline.ended)
    assert listening(pipeline.pid) == {"127.0.0.1"}


def test_what_a_run_leaves_is_ours_to_write_and_not_to_execute(dropship):
    dropship("pipeline", "--orders", "200").done()
    check_files(dropship.folder)
    for folder in dropship.folder.rglob("*"):
        if folder.is_dir():
            assert not folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), folder


@pytest.mark.parametrize(
    "name",
    [
        'a"; DROP TABLE x; --',
        "a b",
        "1a",
        "a.b",
        "é",
        "a\nb",
        'a"b',
        "x" * 300,
        "a'",
        "a;",
        "\u202ea",
    ],
)
@pytest.mark.parametrize("setting", ["SNOW_SCHEMA", "SNOW_DATABASE", "SNOW_WAREHOUSE", "SNOW_ROLE"])
def test_an_identifier_from_the_settings_cannot_inject(settings_error, setting, name):
    problems = settings_error({**SNOW, "SNOW_PASSWORD": "word", setting: name})
    assert any(setting in line for line in problems), problems
    assert all(line.isprintable() for line in problems)


@pytest.fixture
def settings_error(tmp_path, monkeypatch):
    """Load settings; what is wrong with them comes back, a line each."""
    from core.config.errors import SettingsError
    from core.config.load import load_settings

    monkeypatch.chdir(tmp_path)

    def load(environ: dict[str, str]) -> list[str]:
        try:
            load_settings(environ=environ)
        except SettingsError as error:
            return [problem.message for problem in error.problems]
        return []

    return load
