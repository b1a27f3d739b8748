"""What export-connector writes, against a real topic, Kafka's own providers and the connector."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.kafka_jars import KafkaUnavailableError, jars_of, kafka_jars
from tests.support.kafka_work import Work
from tests.support.processes import Dropship

HERE = Path(__file__).parent
PHRASE = "canary-phrase-5519"


@pytest.fixture
def env(work: Work, tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "keys" / "rsa_key.p8"
    key.parent.mkdir()
    subprocess.run(
        [
            *("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
            *("-aes256", "-pass", f"pass:{PHRASE}", "-out", str(key)),
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    return work.env | {
        "SNOW_ACCOUNT": "org-account",
        "SNOW_USER": "loader",
        "SNOW_PRIVATE_KEY_FILE": str(key),
        "SNOW_PRIVATE_KEY_PASSPHRASE": PHRASE,
    }


def java(jars: Path, program: str, file: Path, **more: str) -> list[str]:
    """Run a Java program from its source; return the lines it printed."""
    command = ["java", "-cp", f"{jars}/*", str(HERE / program), str(file)]
    done = subprocess.run(
        command, env=os.environ | more, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_sql_bears_the_identity_of_the_topic_and_the_tasks_its_partitions(
    work: Work, dropship: Dropship, env: dict[str, str]
) -> None:
    work.make_topic(3)
    record = dropship("export-connector", env=env).done()
    script = (dropship.folder / record["script"]).read_text(encoding="utf-8")
    identity = work.cluster.identity(work.topic)
    assert f"'{identity.source_id}'" in script
    assert f"'{identity.topic_id}'" in script
    config = json.loads((dropship.folder / record["config"]).read_text(encoding="utf-8"))
    assert config["config"]["tasks.max"] == "3"
    assert PHRASE not in json.dumps(config) + script


def test_kafka_follows_the_references_to_the_secrets(
    work: Work, dropship: Dropship, env: dict[str, str]
) -> None:
    work.make_topic(1)
    record = dropship("export-connector", env=env).done()
    file = dropship.folder / record["config"]
    found = dict(
        line.split("=", 1)
        for line in java(kafka_jars(), "References.java", file, SNOW_PRIVATE_KEY_PASSPHRASE=PHRASE)
    )
    key = Path(env["SNOW_PRIVATE_KEY_FILE"]).read_text(encoding="utf-8")
    assert set(found) == {"snowflake.private.key", "snowflake.private.key.passphrase"}
    assert found["snowflake.private.key"] == key.replace("\n", "\\n")
    assert found["snowflake.private.key.passphrase"] == PHRASE


def test_kafka_connect_accepts_its_part_of_the_file(
    work: Work, dropship: Dropship, env: dict[str, str]
) -> None:
    try:
        jars = jars_of(HERE / "connect-pom.xml", "connect")
    except KafkaUnavailableError as error:
        pytest.skip(str(error)[:200])
    work.make_topic(1)
    record = dropship("export-connector", env=env).done()
    file = dropship.folder / record["config"]
    lines = java(jars, "FrameworkCheck.java", file)
    # The one name of the connector's that does not begin with its own.
    assert lines == ["unknown behavior.on.null.values", "accepted"]
    config = json.loads(file.read_text(encoding="utf-8"))
    config["config"]["errors.tolerance"] = "some"
    broken = file.with_name("broken.json")
    broken.write_text(json.dumps(config), encoding="utf-8")
    assert java(jars, "FrameworkCheck.java", broken)[-1] == "refused"


def test_the_official_connector_accepts_the_file(
    work: Work, dropship: Dropship, env: dict[str, str]
) -> None:
    try:
        jars = jars_of(HERE / "connector-pom.xml", "connector")
    except KafkaUnavailableError as error:
        pytest.skip(str(error)[:200])
    work.make_topic(1)
    record = dropship("export-connector", env=env).done()
    lines = java(jars, "ConnectorCheck.java", dropship.folder / record["config"])
    assert lines[-1] == "accepted", lines
