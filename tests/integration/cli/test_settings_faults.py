"""Wrong settings, unreachable brokers, damaged or held files: a line each, the right exit code."""

import os
import signal
import socket

import pytest

from tests.support.waiting import wait_until

CANARY = "canary-Pa55word/+="
SASL = {
    "KAFKA_CONF_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "KAFKA_CONF_SASL_MECHANISM": "PLAIN",
    "KAFKA_CONF_SASL_USERNAME": "user",
    "KAFKA_CONF_SASL_PASSWORD": CANARY,
}


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("SNOW_ACCOUNT=your_account_here\n", [".env:1: SNOW_ACCOUNT still holds the placeholder"]),
        ("SNOW_ACOUNT=x\n", [".env:1: SNOW_ACOUNT is not a setting of dropship"]),
        ("KAFKA_BOOTSTRAP_SERVERS=localhost:99999\n", [".env:1: KAFKA_BOOTSTRAP_SERVERS: "]),
        ("KAFKA_TOPIC='open\n", [".env:1: this is not NAME=value"]),
        (
            "LOG_LEVEL=loud\n\nKAFKA_CONF_NOPE=1\n",
            [".env:3: KAFKA_CONF_NOPE: ", ".env:1: LOG_LEVEL: "],
        ),
        (
            "SNOW_ACCOUNT=ab12345\nSNOW_PASSWORD=hunter22\n",
            ["SNOW_USER: is needed with SNOW_ACCOUNT"],
        ),
    ],
)
@pytest.mark.slow
def test_each_fault_of_the_file_is_one_line(dropship, env_file, text, lines):
    env_file(text)
    ended = dropship("--run", "seed", "--json")
    assert ended.code == 2
    assert ended.record["error"]["kind"] == "config"
    errors = [line for line in ended.err.splitlines() if line.startswith("dropship: error: ")]
    assert len(errors) == len(lines)
    for error, line in zip(errors, lines, strict=True):
        assert line in error
    assert "hunter22" not in ended.out + ended.err
    assert not (dropship.folder / "data").exists()


def test_a_file_that_is_a_directory_or_not_text(dropship, tmp_path):
    (tmp_path / ".env").mkdir()
    assert "is a directory" in dropship("--run", "seed", "--json").record["error"]["message"]
    (tmp_path / "latin").write_bytes(b"A=caf\xe9\n")
    record = dropship("--run", "seed", "--json", "--env-file", "latin").record
    assert record["error"]["message"] == "latin:1: is not UTF-8 text"


def test_a_file_that_cannot_be_read(dropship, tmp_path):
    path = tmp_path / ".env"
    path.write_text("KAFKA_TOPIC=x\n")
    path.chmod(0)
    if os.geteuid() == 0:
        path.unlink()
        path.symlink_to(path)
    ended = dropship("--run", "seed", "--json")
    assert ended.code == 2
    assert ".env: cannot be read" in ended.record["error"]["message"]


def test_secrets_that_others_may_read_are_a_warning(dropship, env_file):
    env_file("KAFKA_CONF_SASL_PASSWORD=abcdefgh\n").chmod(0o644)
    ended = dropship("--run", "seed", "--json", "--orders", "5")
    assert ended.record["ok"]
    assert ended.err == (
        "dropship: warning: .env holds secrets and others may read it: chmod 600 .env\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("job", ["consume", "produce"])
def test_a_broker_out_of_reach_ends_with_3_and_without_secrets(dropship, closed_port, job):
    dropship("--run", "seed", "--orders", "5")
    settings = {
        **SASL,
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{closed_port}",
        "LOG_LEVEL": "DEBUG",
        "KAFKA_CONF_DEBUG": "security,broker",
    }
    ended = dropship("--run", job, "--json", "--debug", "--timeout", "1", env=settings)
    assert ended.code == 3
    assert ended.record["error"]["kind"] == "broker"
    assert ended.record["backend"]["broker"] == "kafka"
    assert str(closed_port) in ended.record["error"]["message"]
    for text in (ended.out, ended.err, dropship.log):
        assert "canary" not in text


@pytest.mark.parametrize("behaviour", ["leaky", "broken"])
@pytest.mark.slow
def test_a_secret_in_a_result_or_an_error_is_masked(dropship, behaviour):
    ended = dropship("--run", "broker", "--json", "--debug", stub=behaviour, env=SASL)
    assert "***" in ended.record["error"]["message"]
    for text in (ended.out, ended.err, dropship.log):
        assert "canary" not in text
    told = dropship("--run", "broker", stub=behaviour, env=SASL)
    assert "canary" not in told.out + told.err


def test_a_second_process_asks_the_one_that_has_the_warehouse(dropship):
    holder = dropship.start("--run", "consume")
    lock = dropship.folder / "data" / "warehouse.lock"
    wait_until(lambda: lock.exists() and str(holder.pid) in lock.read_text())
    ended = dropship("--run", "kpis", "--json")
    assert ended.code == 0
    assert ended.record["total_orders"] == 0
    assert str(holder.pid) in lock.read_text()
    holder.send_signal(signal.SIGTERM)
    assert dropship.end(holder).code == 143
