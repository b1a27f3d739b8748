"""Fault 32: a `.env` that is wrong is one line each and exit 2; one that is careless, a warning."""

import os

import pytest

pytestmark = pytest.mark.slow

CANARY = "canary-Pa55word/+="


def write(dropship, content: bytes, mode: int = 0o600) -> None:
    file = dropship.folder / ".env"
    file.write_bytes(content)
    file.chmod(mode)


WRONG = [
    pytest.param(
        b"KAFKA_TOPIC=your_topic_here\nSNOW_SCHEMA=<schema>\nKAFKA_CONF_SASL_PASSWORD=changeme\n",
        [".env:1: KAFKA_TOPIC", ".env:2: SNOW_SCHEMA", ".env:3: KAFKA_CONF_SASL_PASSWORD"],
        id="placeholders",
    ),
    pytest.param(
        b"# fine\nKAFKA_TOPC=x\nDROPSHIP_FRESHNES_WARN_S=1\n",
        [".env:2: KAFKA_TOPC", ".env:3: DROPSHIP_FRESHNES_WARN_S"],
        id="unknown_keys",
    ),
    pytest.param(
        b"KAFKA_BOOTSTRAP_SERVERS=localhost:port\n",
        [".env:1: KAFKA_BOOTSTRAP_SERVERS"],
        id="bad_port",
    ),
    pytest.param(
        b"KAFKA_BOOTSTRAP_SERVERS=a:9092,b:70000\nSNOW_SCHEMA=a;b\n",
        [".env:1: KAFKA_BOOTSTRAP_SERVERS", ".env:2: SNOW_SCHEMA"],
        id="port_out_of_range_and_schema",
    ),
    pytest.param(b"LOG_LEVEL='INFO\nX=1\n", [".env:1: this is not"], id="open_quote"),
    pytest.param(b"KAFKA_TOPIC=caf\xe9\n", [".env:1: is not UTF-8"], id="not_utf_8"),
    pytest.param(b"\x00" * 100, [".env:1: is not UTF-8"], id="binary"),
]


@pytest.mark.parametrize(("content", "lines"), WRONG)
def test_fault_32_each_wrong_line_is_one_line(dropship, content, lines):
    write(dropship, content)
    ended = dropship("seed")
    assert (ended.code, ended.record["error"]["kind"]) == (2, "config")
    errors = [line for line in ended.err.splitlines() if line.startswith("dropship: error: ")]
    assert len(errors) == len(lines)
    for line in lines:
        assert any(line in error for error in errors), ended.err
    assert (
        "changeme" not in ended.out + ended.err
        or "PASSWORD" not in ended.err.split("changeme")[0][-20:]
    )
    assert not dropship.paths.data.exists()


@pytest.mark.parametrize(("content", "lines"), WRONG)
def test_fault_32_each_wrong_line_is_a_check_of_the_doctor(dropship, content, lines):
    write(dropship, content)
    ended = dropship("doctor", "--timeout", "3")
    assert (ended.code, ended.record["error"]["kind"]) == (2, "config")
    failed = [one["detail"] for one in ended.record["checks"] if one["status"] == "fail"]
    assert len(failed) == len(lines)
    for line in lines:
        assert any(line in detail for detail in failed), failed


def test_fault_32_a_file_that_cannot_be_read(dropship):
    file = dropship.folder / ".env"
    if os.geteuid() == 0:  # root may read anything but this
        file.symlink_to(file)
    else:
        write(dropship, b"KAFKA_TOPIC=x\n", 0)
    ended = dropship("seed")
    assert (ended.code, ended.record["error"]["kind"]) == (2, "config")
    assert ".env: cannot be read" in ended.record["error"]["message"]


def test_fault_32_secrets_that_others_may_read_are_a_warning_and_never_shown(dropship, closed_port):
    content = (
        f"KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:{closed_port}\n"
        "KAFKA_CONF_SECURITY_PROTOCOL=SASL_PLAINTEXT\nKAFKA_CONF_SASL_MECHANISM=PLAIN\n"
        f"KAFKA_CONF_SASL_USERNAME=me\nKAFKA_CONF_SASL_PASSWORD={CANARY}\n"
    )
    write(dropship, content.encode(), 0o644)
    ended = dropship("doctor", "--timeout", "3")
    checks = {check["name"]: check for check in ended.record["checks"]}
    assert checks["settings"]["status"] == "warn"
    assert "chmod 600" in checks["settings"]["detail"]
    assert checks["broker"]["status"] == "fail"
    assert ended.code == 1
    log = dropship.paths.log_file.read_text()
    assert CANARY not in ended.out + ended.err + log
