"""A canary in every credential setting: it must never leave the process, whatever goes wrong.

Looked at: stdout, stderr, tracebacks, logs and every other file, the process list, the console's
screen, and whatever the two sockets of a service answer. The canary holds characters that JSON,
URLs, repr() and shells write in other ways; any part of it that is telling counts as a leak.
"""

import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import psutil
import pytest

from core import __version__
from core.clock import SystemClock
from core.errors import DropshipError
from core.operations import effective_settings as effective_settings_module
from core.operations.controller import Controller
from core.process_lock import read_owner
from core.service import wire
from core.service.controls import CONTROLS
from core.service.place import claimed, service_of
from core.service.server import ControlServer
from core.warehouse.shared import messages
from core.warehouse.shared.client import Client
from tests.support.processes import ROOT, Dropship, Running
from tests.support.terminal import Terminal
from tests.support.unreliable_broker import unreliable_broker
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


def said_over_the_control_socket(settings) -> bytes:
    """Return all bytes with which a service answers whoever asks it for everything."""
    owner = service_of(settings.paths)
    assert owner is not None
    told = bytearray()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(20)
        connection.connect(owner.socket)
        wire.send(connection, wire.Caller(wire.PROTOCOL, __version__, "me", "here"))
        told += frame(connection)
        # What a pane looks at is read in the background: it is there in a later look.
        looks = [("look", (name,)) for name in ("topic", "letters", "warehouse") for _n in range(3)]
        nothing = [(name, ()) for name in CONTROLS if name != "cancel_seed"]
        wrong = [("no_such_control", ()), ("set_rate", ("x",)), ("start_producer", ({"rate": -1},))]
        for control, arguments in (*looks, *nothing, *looks, *wrong):
            wire.send(connection, wire.Request(control, msgspec.Raw(wire.encode(arguments))))
            told += frame(connection)
    return bytes(told)


def frame(connection: socket.socket) -> bytes:
    """Return one frame as it came."""
    (length,) = struct.unpack("!I", connection.recv(4, socket.MSG_WAITALL))
    return connection.recv(length, socket.MSG_WAITALL)


def said_over_the_warehouse_socket(settings) -> str:
    """Return all that the holder of the warehouse answers, with rows and errors."""
    holder = read_owner(settings.paths.warehouse_lock)
    client = Client(Path(holder.socket))
    told = [repr(client.hello)]
    queries = {file.stem for file in (ROOT / "sql").rglob("*.sql")}
    try:
        for method, kind in messages.ARGUMENTS.items():
            if method in {"write_batch", "load_table"}:
                continue
            calls = [(), ("orders_events",), (None, 5), ("orders_events", 0, 10)]
            if method == "rows":
                calls = [(name, "[]") for name in sorted(queries)]
            elif kind == tuple[str, str]:
                calls = [("no_such_statement", "[]"), ("DROP TABLE orders", "[]")]
            for arguments in calls:
                try:
                    told.append(repr(client._called(method, arguments)))
                except (DropshipError, RuntimeError) as error:
                    told.append(repr(vars(error)) + str(error))
    finally:
        client.close()
    return "\n".join(told)


def test_the_sockets_of_a_service_its_log_and_its_status_keep_it(dropship):
    """Everything that can be asked for is asked for, by somebody who may ask."""
    secrets = {
        "KAFKA_CONF_SECURITY_PROTOCOL": "PLAINTEXT",
        "KAFKA_CONF_SASL_PASSWORD": CANARY,
        "KAFKA_CONF_SSL_KEY_PASSWORD": CANARY,
        "LOG_LEVEL": "DEBUG",
    }
    with unreliable_broker(dropship.paths) as broker:
        env = secrets | {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers}
        dropship.paths.broker_file.unlink(missing_ok=True)
        dropship("seed", "--orders", "20").done()
        service = dropship.start("serve", "--debug", env=env)
        wait_until(lambda: service.ended or dropship("status").code in {0, 1}, seconds=60)
        assert not service.ended, service.err
        assert dropship("produce", "--rate", "0", env=env).done()["acked"] == 20
        asked = b""

        def told_all() -> bool:
            """Whether what is looked for would be found: settings, names and records are there."""
            nonlocal asked
            asked += said_over_the_control_socket(dropship.settings)
            known = (b"KAFKA_CONF_SASL_PASSWORD", b"***", b"orders_topic", b"ORDER_")
            return all(word in asked for word in known)

        wait_until(told_all, seconds=60, what="settings, names and records over the socket")
        assert PART.encode() not in asked
        rows = said_over_the_warehouse_socket(dropship.settings)
        assert "orders" in rows
        assert PART not in rows
        holder = Path(read_owner(dropship.paths.warehouse_lock).socket)
        token = holder.with_suffix(".token").read_text()
        for running in (dropship.start("status", env=env), service):
            listed = "\n".join(process_list(running))
            assert PART not in listed
            assert token not in listed
        status = dropship("status", env=env)
        assert dropship("stop", env=env).code == 0
        ended = service.end()
        for told in (status.out, status.err, ended.out, ended.err, asked.decode(errors="replace")):
            assert PART not in told
            assert token not in told
    check_files(dropship.folder)
    for file in dropship.folder.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file


def test_what_a_service_would_let_slip_is_seen(settings, monkeypatch):
    """The look above is able to fail: a service that masks nothing is caught."""
    client = {"sasl.password": CANARY, "security.protocol": "PLAINTEXT"}
    leaky = replace(settings, kafka=replace(settings.kafka, client=client))
    monkeypatch.setattr(effective_settings_module, "is_secret_name", lambda _name: False)
    monkeypatch.setattr(effective_settings_module, "Redactor", lambda _secrets: str)
    with claimed(leaky.paths, SystemClock()) as listener:
        controller = Controller(leaky)
        server = ControlServer(controller, listener, lambda: None, "now")
        server.start()
        try:
            assert PART.encode() in said_over_the_control_socket(leaky)
        finally:
            controller.close()
            server.close()
