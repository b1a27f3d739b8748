"""The job as scripts run it: files, JSON, exit codes; without a broker, and without a secret."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Dropship, commands

pytestmark = pytest.mark.slow

CANARY = "canary-7351"


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "rsa_key.p8"
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        check=True,
        capture_output=True,
    )
    key.write_bytes(made.stdout)
    key.chmod(0o600)
    return {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "KAFKA_CONF_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_CONF_SASL_MECHANISM": "PLAIN",
        "KAFKA_CONF_SASL_USERNAME": "alice",
        "KAFKA_CONF_SASL_PASSWORD": CANARY,
        "SNOW_ACCOUNT": "org-account",
        "SNOW_USER": "loader",
        "SNOW_PRIVATE_KEY_FILE": str(key),
    }


@pytest.mark.parametrize(
    ("engine", "ending"), [("kafka-connect", "json"), ("redpanda-connect", "yaml")]
)
def test_without_a_broker_the_configuration_is_written_and_the_sql_is_not(
    dropship, env, engine, ending
):
    ended = dropship("export-connector", "--engine", engine, "--timeout", "1", env=env)
    record = ended.done()
    assert record["config"] == f"data/export/{engine}.{ending}"
    assert record["script"] is None
    assert "no SQL was written" in ended.err
    text = (dropship.folder / record["config"]).read_text(encoding="utf-8")
    assert record["dead_letter_topic"] in text
    assert CANARY not in text + ended.out + ended.err
    assert str(dropship.folder / "rsa_key.p8") in record["secrets"]


def test_output_names_the_file(dropship, env):
    dropship("export-connector", "--output", "there/my.json", "--timeout", "1", env=env).done()
    made = json.loads((dropship.folder / "there" / "my.json").read_text(encoding="utf-8"))
    assert made["config"]["topics"] == "orders_topic"
    assert [one.name for one in (dropship.folder / "there").iterdir()] == ["my.json"]


def test_what_is_missing_ends_with_2_before_anything_is_waited_for(dropship):
    ended = dropship("export-connector", env={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    assert ended.code == 2
    assert "SNOW_ACCOUNT" in ended.record["error"]["message"]
    assert ended.record["elapsed_s"] < 3


def test_the_embedded_broker_is_no_source_for_an_engine(dropship, env):
    del env["KAFKA_BOOTSTRAP_SERVERS"]
    ended = dropship("export-connector", env=env)
    assert ended.code == 2
    assert "KAFKA_BOOTSTRAP_SERVERS" in ended.record["error"]["message"]


def test_a_place_that_cannot_be_written_is_one_line(dropship, env):
    (dropship.folder / "file").write_text("")
    ended = dropship("export-connector", "--output", "file/x.json", "--timeout", "1", env=env)
    assert ended.code == 2
