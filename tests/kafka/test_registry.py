"""Avro and JSON Schema through a real schema registry, a real Kafka and real commands."""

import signal
from collections.abc import Iterator
from typing import Any

import duckdb
import msgspec
import pytest
from confluent_kafka.schema_registry import Schema

from core.pipeline import open_pipeline
from tests.support.kafka_work import Work
from tests.support.payments import JSON_SCHEMA, ROWS, Payment, Serializers, payments, row_of
from tests.support.processes import Dropship, Running
from tests.support.registry_server import RegistryServer
from tests.support.waiting import wait_until

READ = ("--until-caught-up", "--pipeline", "payments")


@pytest.fixture(scope="module")
def registry(kafka_here: None) -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture
def write(registry: RegistryServer, work: Work) -> Iterator[Serializers]:
    made = Serializers(registry.url, work.topic)
    yield made
    made.close()


@pytest.fixture
def env(registry: RegistryServer, work: Work) -> dict[str, str]:
    work.make_topic(2)
    return work.env | {"KAFKA_SCHEMA_REGISTRY_URL": registry.url}


def says(running: Running, word: str) -> None:
    """Wait until a command that may still be starting says a word."""
    wait_until(lambda: word in running.err or running.ended, seconds=60, what=word)
    assert word in running.err


def stored_rows(dropship: Dropship) -> list[tuple[Any, ...]]:
    """What the table of rows holds."""
    pipeline = open_pipeline(str(dropship.folder / "payments"))
    tables = pipeline.definition.tables
    with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as connection:
        return connection.execute(
            ROWS.format(schema=tables.db_schema, table=tables.rows)
        ).fetchall()


def expected_rows(*sent: list[Payment]) -> list[tuple[Any, ...]]:
    return sorted(row_of(payment) for stream in sent for payment in stream)


def checks(dropship: Dropship, env: dict[str, str]) -> dict[str, str]:
    record = dropship("validate", "--pipeline", "payments", env=env).record
    return {name: check["status"] for name, check in record["checks"].items()}


def test_avro_in_two_versions_from_a_stranger_s_topic_to_checked_rows(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    old, new = list(payments(0, 400)), list(payments(400, 400, second=True))
    work.publish(map(write.avro, old))
    work.publish(map(write.avro, new))
    made = dropship("init", "payments", "--from-topic", work.topic, env=env).done()
    assert made["source"]["format"] == "avro"
    definition = open_pipeline(str(dropship.folder / "payments")).definition
    assert definition.event.format == "avro"
    types = {path: (str(field.type), field.required) for path, field in definition.fields.items()}
    assert types == {
        "payment_id": ("identifier", True),
        "amount": ("decimal(12,2)", True),
        "paid_at": ("timestamp", True),
        "payer.id": ("identifier", True),
        "payer.country": ("text", False),
        "method": ("text", True),
        "risk": ("number", True),
        "settled_on": ("date", True),
        "reference": ("uuid", True),
        "attempts": ("integer", True),
        "note": ("text", False),
        "tags": ("json", True),
        "currency": ("text", False),
        "fee": ("decimal(8,4)", False),
    }
    text = (dropship.folder / "payments" / "pipeline.toml").read_text("utf-8")
    assert '# the schema\'s default is "EUR"\n' in text
    read = dropship("consume", *READ, env=env).done()
    assert (read["consumed"], read["inserted"], read["dead_lettered"]) == (800, 800, 0)
    dropship("transform", "--pipeline", "payments", env=env).done()
    assert stored_rows(dropship) == expected_rows(old, new)
    found = checks(dropship, env)
    assert {name: found[name] for name in ("content", "reconciliation", "dead_letters")} == {
        "content": "PASS",
        "reconciliation": "PASS",
        "dead_letters": "PASS",
    }


def folder_for(work: Work, dropship: Dropship, env: dict[str, str], write: Serializers) -> None:
    """Write the pipeline from twenty payments of the newer schema, which stay in the topic."""
    work.publish(map(write.avro, payments(0, 20, second=True)))
    dropship("init", "payments", "--from-topic", work.topic, env=env).done()


def poisons(write: Serializers, first: int) -> list[tuple[bytes | None, str]]:
    """Values that must be refused, and for what reason."""
    good = write.avro(next(payments(first, 1, second=True)))
    strange = write.client.register_schema("strangers-value", avro(STRANGE))
    text = write.client.register_schema("texts-value", avro('"string"'))
    looped = write.client.register_schema("loops-value", avro(LOOP))
    other = write.client.register_schema("json-value", json_schema(JSON_SCHEMA))
    huge = write.avro(next(payments(first, 1, second=True)) | {"note": "x" * 70_000})
    odd = write.avro(next(payments(first, 1, second=True)) | {"risk": float("nan")})
    return [
        (b'{"payment_id": "PAY_1"}', "not_wire_format"),
        (b"\x00\x00\x00", "not_wire_format"),
        (b"\x07" + good[1:], "not_wire_format"),
        (good[:-3], "schema_mismatch"),
        (good + b"\x00", "schema_mismatch"),
        (good[:5] + b"\xff" * 40, "schema_mismatch"),
        (head(strange) + b"\x02", "missing_field"),
        (head(text) + b"\x04hi", "wrong_type"),
        (head(looped) + b"\x02" * 65_000 + b"\x00", "unusable_schema"),
        (head(other) + b"{}", "unusable_schema"),
        (huge, "oversized"),
        (odd, "not_a_number"),
        (b"", "empty"),
        (None, "tombstone"),
    ]


STRANGE = '{"type":"record","name":"S","fields":[{"name":"n","type":"int"}]}'
LOOP = '{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}'


def head(number: int) -> bytes:
    return b"\x00" + number.to_bytes(4, "big")


def avro(text: str) -> Any:
    return Schema(text, "AVRO")


def json_schema(text: str) -> Any:
    return Schema(text, "JSON")


def test_what_does_not_fit_is_a_dead_letter_with_its_bytes_and_can_be_sent_again(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    bad = poisons(write, 20)
    work.publish([value for value, _reason in bad])
    good = list(payments(20, 30, second=True))
    work.publish(map(write.avro, good))
    read = dropship("consume", *READ, env=env).done()
    assert (read["inserted"], read["dead_lettered"]) == (50, len(bad))
    with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as connection:
        letters = connection.execute("SELECT payload, reason FROM payments.dead_letters").fetchall()
    assert len(letters) == len(bad)
    assert set(letters) == set(bad)
    sent = dropship(
        "dlq", "--replay", "--yes", "--reason", "oversized", "--pipeline", "payments", env=env
    ).done()
    assert sent["replayed"] == 1
    roomy = dropship.folder / "payments" / "pipeline.toml"
    roomy.write_text(roomy.read_text("utf-8").replace("max_bytes = 65536", "max_bytes = 200000"))
    again = dropship("consume", *READ, env=env).done()
    assert (again["inserted"], again["dead_lettered"]) == (1, 0)
    assert checks(dropship, env)["content"] == "PASS"


def test_a_registry_that_stops_is_waited_for_and_nothing_becomes_a_dead_letter(
    work: Work,
    dropship: Dropship,
    env: dict[str, str],
    write: Serializers,
    registry: RegistryServer,
) -> None:
    folder_for(work, dropship, env, write)
    old = [write.avro(payment) for payment in payments(20, 40)]  # of a schema not met so far
    running = dropship.start(
        "consume", "--pipeline", "payments", "--limit", "60", "--timeout", "60", env=env
    )
    work.wait_committed(20)
    registry.stop()
    try:
        work.publish(old)
        says(running, "does not answer")
        assert not running.ended
        assert work.committed() == 20
        # A stop is answered at once although the registry is away.
        running.signal(signal.SIGTERM)
        ended = running.end(8)
        assert (ended.code, ended.record["consumed"]) == (143, 20)
        # Whoever may not wait for long says so by the exit code.
        short = dropship("consume", *READ, "--timeout", "2", env=env)
        assert short.code == 3
        assert short.record["error"]["kind"] == "registry"
        assert work.topic in short.record["error"]["message"]
        running = dropship.start(
            "consume", "--pipeline", "payments", "--limit", "40", "--timeout", "60", env=env
        )
        says(running, "does not answer")
    finally:
        registry.start()
    read = running.end(40).done()
    assert (read["inserted"], read["dead_lettered"]) == (40, 0)
    dropship("transform", "--pipeline", "payments", env=env).done()
    sent = [*payments(0, 20, second=True)], [*payments(20, 40)]
    assert stored_rows(dropship) == expected_rows(*sent)


def test_an_id_that_is_registered_later_is_waited_for(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    number = (
        write.client.register_schema("probe-value", avro(STRANGE.replace('"S"', '"Probe"'))) + 1
    )
    work.publish([head(number) + b"\x02x"])
    running = dropship.start(
        "consume", "--pipeline", "payments", "--limit", "21", "--timeout", "60", env=env
    )
    says(running, f"knows no schema {number}")
    late = write.client.register_schema("late-value", avro(STRANGE.replace('"S"', '"Late"')))
    assert late == number
    read = running.end(40).done()
    assert (read["inserted"], read["dead_letter_reasons"]) == (20, {"schema_mismatch": 1})


def test_a_killed_consumer_of_avro_stores_everything_once(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    old, new = list(payments(20, 6_000)), list(payments(6_020, 6_000, second=True))
    work.publish(map(write.avro, old))
    work.publish(map(write.avro, new))
    for bound in (20, 3_000, 9_000):
        running = dropship.start("consume", "--pipeline", "payments", env=env)
        wait_until(lambda at=bound: work.committed() >= at)
        running.kill()
    read = dropship("consume", *READ, env=env).done()
    assert (read["dead_lettered"], read["lag"], read["gaps"]) == (0, 0, 0)
    dropship("transform", "--pipeline", "payments", env=env).done()
    first = list(payments(0, 20, second=True))
    assert stored_rows(dropship) == expected_rows(first, old, new)
    found = checks(dropship, env)
    assert (found["content"], found["reconciliation"]) == ("PASS", "PASS")


def test_json_schema_is_held_to_and_stored_as_it_came(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    sent = [write.json_schema(payment) for payment in payments(0, 60)]
    bad = sent[0][:5] + b'{"payment_id": "PAY_1", "amount": -3, "paid_at": "2024-05-01T00:00:00Z"}'
    work.publish(sent)
    made = dropship("init", "payments", "--from-topic", work.topic, env=env).done()
    assert made["source"]["format"] == "json_schema"
    work.publish([bad, sent[0][:5] + b"{nonsense"])
    read = dropship("consume", *READ, env=env).done()
    assert read["dead_letter_reasons"] == {"schema_mismatch": 1, "invalid_json": 1}
    with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as connection:
        found = connection.execute("SELECT payload FROM payments.payments_events").fetchall()
    assert {text.encode() for (text,) in found} == {value[5:] for value in sent}
    assert checks(dropship, env)["content"] == "PASS"


def test_a_damaged_event_is_decoded_again_from_the_topic(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    dropship("consume", *READ, env=env).done()
    dropship("transform", "--pipeline", "payments", env=env).done()
    events = "payments.payments_events"
    with duckdb.connect(str(dropship.paths.warehouse_file)) as connection:
        before = connection.execute(f"SELECT payload FROM {events} ORDER BY seq").fetchall()
        connection.execute(
            f"UPDATE {events} SET payload = replace(payload, 'PAY_000007', 'PAY_999999')"
        )
    assert checks(dropship, env)["content"] == "FAIL"
    fixed = dropship("validate", "--repair", "--pipeline", "payments", env=env).done()
    assert fixed["checks"]["content"]["status"] == "PASS"
    with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as connection:
        after = connection.execute(f"SELECT payload FROM {events} ORDER BY seq").fetchall()
    assert after == before


def test_the_producer_writes_by_the_registered_schema(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    made = list(payments(20, 300, second=True))
    lines = dropship.folder / "payments.jsonl"
    lines.write_bytes(b"".join(msgspec.json.encode(payment) + b"\n" for payment in made))
    sent = dropship(
        "produce", "--input", str(lines), "--rate", "0", "--poison", "0.1",
        "--pipeline", "payments", env=env,
    ).done()  # fmt: skip
    poison = sent["injected"]["poison"]
    assert (sent["acked"], sent["failed"], poison > 0) == (sent["sent"], 0, True)
    read = dropship("consume", *READ, env=env).done()
    assert read["inserted"] == 20 + 300
    assert read["dead_letter_reasons"] == {"schema_mismatch": poison}
    dropship("transform", "--pipeline", "payments", env=env).done()
    first = list(payments(0, 20, second=True))
    assert stored_rows(dropship) == expected_rows(first, made)
    found = checks(dropship, env)
    assert (found["content"], found["reconciliation"]) == ("PASS", "PASS")
    found = dropship("doctor", "--pipeline", "payments", env=env).record
    (seen,) = (check for check in found["checks"] if check["name"] == "registry")
    assert seen["status"] == "ok", seen
    assert f"{work.topic}-value: version 1" in seen["detail"]


def test_a_stream_makes_lists_that_the_registered_schema_takes(
    work: Work, dropship: Dropship, env: dict[str, str], write: Serializers
) -> None:
    folder_for(work, dropship, env, write)
    file = dropship.folder / "payments" / "pipeline.toml"
    text = file.read_text("utf-8")
    (line,) = (one for one in text.splitlines() if one.startswith('"tags"'))
    hinted = line.replace("}", ', hint = { choices = [["a"], ["a", "é"], []] } }')
    file.write_text(text.replace(line, hinted), "utf-8")
    sent = dropship(
        "produce", "--mode", "stream", "--limit", "200", "--rate", "0",
        "--pipeline", "payments", env=env,
    ).done()  # fmt: skip
    assert (sent["acked"], sent["failed"]) == (200, 0)
    read = dropship("consume", *READ, env=env).done()
    assert (read["inserted"], read["dead_lettered"]) == (220, 0)
    dropship("transform", "--pipeline", "payments", env=env).done()
    tables = open_pipeline(str(file.parent)).definition.tables
    with duckdb.connect(str(dropship.paths.warehouse_file), read_only=True) as connection:
        found = connection.execute(
            f"SELECT DISTINCT tags::TEXT FROM {tables.db_schema}.{tables.rows} ORDER BY 1"
        ).fetchall()
    assert found == [('["a","é"]',), ('["a"]',), ("[]",)]
