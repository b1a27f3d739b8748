"""Avro and JSON Schema through a real schema registry, a real Kafka and real commands."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.pipeline import open_pipeline
from tests.support.kafka_work import Work
from tests.support.payments import ROWS, Payment, Serializers, payments, row_of
from tests.support.processes import Dropship
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


def stored_rows(dropship: Dropship) -> list[tuple[Any, ...]]:
    """What the table of rows holds."""
    pipeline = open_pipeline(str(dropship.folder / "payments"))
    tables = pipeline.definition.tables
    import duckdb

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
