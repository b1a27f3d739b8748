"""Events as records of a registered schema: what is written is read back as the same event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.config.settings import KafkaSettings, RegistrySettings, Settings
from core.errors import ConfigError, InputError
from core.pipeline.folder import Pipeline, builtin
from core.registry.client import RegistryError
from core.registry.wire import wire_reader
from core.registry.writer import WireWriter
from tests.support.any_pipeline import simple
from tests.support.payments import JSON_SCHEMA, SECOND
from tests.support.small_registry import SmallRegistry

TOPIC = "payments"
EVENT: dict[str, Any] = {
    "payment_id": "PAY_1",
    "amount": "12.30",
    "paid_at": "2024-05-01T01:02:03.004000Z",
    "payer": {"id": "P_1", "country": None},
    "method": "CASH",
    "risk": 0.1,
    "settled_on": "2024-02-29",
    "reference": "00000000-0000-0000-0000-000000000007",
    "attempts": 3,
    "note": "é",
    "tags": ["a", "b"],
    "currency": "CHF",
    "fee": "-0.0001",
}


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    with SmallRegistry() as server:
        yield server


def settings_of(server: SmallRegistry, kind: str = "avro") -> Settings:
    definition = simple({"payment_id": {"type": "text"}}, format=kind)
    kafka = KafkaSettings(topic=TOPIC, registry=RegistrySettings(server.url))
    return Settings(kafka=kafka, pipeline=Pipeline(definition, builtin().folder))


def test_an_event_comes_back_as_it_was(registry: SmallRegistry) -> None:
    registry.add('"string"', "another")
    registry.add(SECOND, f"{TOPIC}-value")
    settings = settings_of(registry)
    value = WireWriter(settings).value(json.dumps(EVENT).encode())
    assert value is not None
    assert value[:5] == b"\x00\x00\x00\x00\x02"
    text = wire_reader(settings, "avro").text(value)
    assert json.loads(text or b"") == EVENT
    assert WireWriter(settings).value(None) is None


def test_what_is_left_out_has_the_default_of_the_schema(registry: SmallRegistry) -> None:
    registry.add(SECOND, f"{TOPIC}-value")
    settings = settings_of(registry)
    few = {key: value for key, value in EVENT.items() if key not in {"currency", "fee", "note"}}
    value = WireWriter(settings).value(json.dumps(few).encode())
    text = wire_reader(settings, "avro").text(value)
    assert json.loads(text or b"") == few | {"currency": "EUR", "fee": None, "note": None}


def test_a_null_that_the_schema_does_not_take_has_its_default(registry: SmallRegistry) -> None:
    registry.add(SECOND, f"{TOPIC}-value")
    settings = settings_of(registry)
    value = WireWriter(settings).value(json.dumps(EVENT | {"currency": None, "fee": None}).encode())
    text = wire_reader(settings, "avro").text(value)
    assert json.loads(text or b"") == EVENT | {"currency": "EUR", "fee": None}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"amount": "much"}, "amount: "),
        ({"amount": "1.234"}, "Scale provided in schema does not match"),
        ({"payer": {"country": "FR"}}, "payer: id: must be string"),
        ({"method": "GOLD"}, "method: 'GOLD' is no symbol"),
        ({"attempts": 1.5}, "attempts: must be int"),
        ({"attempts": 2**40}, "attempts"),
        ({"settled_on": "soon"}, "settled_on"),
        ({"tags": {"n": 1}}, "tags: must be array"),
        ({"tags": "ab"}, "tags: must be array"),
        ({"payer": "P_1"}, "payer: "),
        ({"note": 5}, "note: no type of the schema takes it"),
    ],
)
def test_what_is_not_of_the_schema_is_told(
    changed: dict[str, Any], told: str, registry: SmallRegistry
) -> None:
    registry.add(SECOND, f"{TOPIC}-value")
    with pytest.raises(InputError, match="does not fit the schema of payments-value") as refused:
        WireWriter(settings_of(registry)).value(json.dumps(EVENT | changed).encode())
    assert told in refused.value.message
    assert "\n" not in refused.value.message


def test_json_of_a_schema_goes_out_as_it_is(registry: SmallRegistry) -> None:
    number = registry.add(JSON_SCHEMA, f"{TOPIC}-value", kind="JSON")
    writer = WireWriter(settings_of(registry, "json_schema"))
    event = b'{"payment_id": "1", "amount": 1.50, "paid_at": "2024-05-01T00:00:00Z"}'
    assert writer.value(event) == b"\x00" + number.to_bytes(4, "big") + event
    with pytest.raises(InputError, match="minimum"):
        writer.value(event.replace(b"1.50", b"-1.50"))


def test_without_the_right_schema_nothing_is_written(registry: SmallRegistry) -> None:
    with pytest.raises(RegistryError, match="has no subject payments-value"):
        WireWriter(settings_of(registry))
    registry.add("message A {}", f"{TOPIC}-value", kind="PROTOBUF")
    with pytest.raises(ConfigError, match="records of type PROTOBUF cannot be read"):
        WireWriter(settings_of(registry))
    registry.add(JSON_SCHEMA, f"{TOPIC}-value", kind="JSON")
    with pytest.raises(ConfigError, match="is of format json_schema; the pipeline's is avro"):
        WireWriter(settings_of(registry))
