"""Records of a registry in a batch: the same checks as JSON, and what is stored of them."""

import io
import json
from collections.abc import Iterator
from typing import Any

import fastavro
import pytest

from core.checksums import payload_checksum
from core.config.settings import KafkaSettings, RegistrySettings, Settings
from core.consumer.batch import build_batch
from core.consumer.decoders.base import Decoder
from core.consumer.decoders.factory import decoder_of
from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.reasons import EventError
from core.errors import ConfigError
from core.pipeline.folder import Pipeline, builtin
from core.registry.client import RegistryError
from tests.support.any_pipeline import simple
from tests.support.consuming import IDENTITY, START, Record
from tests.support.small_registry import SmallRegistry

FIELDS = {
    "id": {"type": "identifier"},
    "price": {"type": "decimal(6,2)", "min": 0},
    "at": {"type": "timestamp", "column": "sold_at"},
    "note": {"type": "text", "required": False},
}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
PRICE = {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}
FIRST = {
    "type": "record",
    "name": "Sale",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "price", "type": PRICE},
        {"name": "at", "type": MILLIS},
    ],
}
SECOND = {**FIRST, "fields": [*FIRST["fields"], {"name": "note", "type": ["null", "string"]}]}
RULES = {
    "type": "object",
    "properties": {"price": {"type": "string", "maxLength": 5}},
    "required": ["id"],
}


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    with SmallRegistry() as server:
        yield server


def decoder(server: SmallRegistry | None, kind: str, max_bytes: int = 65_536) -> Decoder:
    definition = simple(FIELDS, time="at", format=kind, max_bytes=max_bytes)
    where = None if server is None else RegistrySettings(server.url)
    pipeline = Pipeline(definition, builtin().folder)
    return decoder_of(Settings(kafka=KafkaSettings(registry=where), pipeline=pipeline))


def head(number: int) -> bytes:
    return b"\x00" + number.to_bytes(4, "big")


def sale(number: int, price: int = 150, at: int = 1_715_938_200_123, **more: Any) -> bytes:
    """A sale by the schema of a number; price in cents."""
    target = io.BytesIO()
    cents = price.to_bytes(3, "big", signed=True)
    schema = json.loads(json.dumps(SECOND if more else FIRST).replace('"decimal"', '"none"'))
    value = {"id": "S-1", "price": cents, "at": at, **more}
    schema = json.loads(json.dumps(schema).replace('"timestamp-millis"', '"none"'))
    fastavro.schemaless_writer(target, fastavro.parse_schema(schema), value)
    return head(number) + target.getvalue()


def test_a_batch_of_two_versions_keeps_its_order_and_tells_the_bad_ones(
    registry: SmallRegistry,
) -> None:
    old, new = registry.add(FIRST), registry.add(SECOND)
    batch = [
        sale(old),
        b"{}",
        sale(new, price=99, note="é"),
        None,
        sale(old, price=-1),
        b"",
        sale(old) + b"x",
        sale(new, price=1, note=None),
        sale(old, at=-5),
    ]
    found = decoder(registry, "avro").decode(batch)
    assert found.good == [0, 2, 7]
    assert [(bad.index, bad.reason) for bad in found.rejected] == [
        (1, "not_wire_format"),
        (3, "tombstone"),
        (4, "out_of_range"),
        (5, "empty"),
        (6, "schema_mismatch"),
        (8, "out_of_range"),
    ]
    assert found.payloads == [
        b'{"id":"S-1","price":"1.50","at":"2024-05-17T09:30:00.123000Z"}',
        b'{"id":"S-1","price":"0.99","at":"2024-05-17T09:30:00.123000Z","note":"\xc3\xa9"}',
        b'{"id":"S-1","price":"0.01","at":"2024-05-17T09:30:00.123000Z","note":null}',
    ]
    assert found.event_times_us is not None
    assert found.event_times_us.tolist() == [1_715_938_200_123_000] * 3


def test_what_is_stored_is_the_text_and_a_dead_letter_keeps_what_came(
    registry: SmallRegistry,
) -> None:
    number = registry.add(FIRST)
    good, bad = sale(number), sale(number, price=-1)
    came = [Record(0, 5, good), Record(0, 6, bad)]
    raw = build_batch(
        came, IDENTITY, {0: 5}, START, decoder(registry, "avro"), contiguous_offsets=True
    ).raw
    text = b'{"id":"S-1","price":"1.50","at":"2024-05-17T09:30:00.123000Z"}'
    assert (raw.payloads, raw.checksums) == ([text], [payload_checksum(text)])
    [letter] = raw.dead_letters
    assert (letter.payload, letter.payload_checksum) == (bad, payload_checksum(bad))


def test_an_event_is_read_alone_too(registry: SmallRegistry) -> None:
    number = registry.add(FIRST)
    reader = decoder(registry, "avro")
    event = reader.read(sale(number))
    assert (event.key, str(event.values["price"])) == (b"S-1", "1.50")
    with pytest.raises(EventError) as refused:
        reader.read(b'{"id":"S-1"}')
    assert refused.value.reason == "not_wire_format"


def test_the_bytes_that_came_and_the_text_both_count(registry: SmallRegistry) -> None:
    number = registry.add(FIRST)
    assert decoder(registry, "avro", 70).decode([sale(number)]).good == [0]
    [text] = decoder(registry, "avro", 50).decode([sale(number)]).rejected
    [came] = decoder(registry, "avro", 50).decode([sale(number) + b"x" * 60]).rejected
    assert (text.reason, came.reason) == ("oversized", "oversized")
    assert "more than 50" in came.detail


def test_json_of_a_schema_is_held_to_both_and_stored_as_it_came(registry: SmallRegistry) -> None:
    number = registry.add(RULES, kind="JSON")
    text = b'{ "id": "S-1", "price": "1.50", "at": "2024-05-17T09:30:00Z", "x": [1] }'
    found = decoder(registry, "json_schema").decode(
        [
            head(number) + text,
            head(number) + text.replace(b"1.50", b"1234.50"),
            head(number) + text.replace(b'"S-1"', b'""'),
            head(number) + text[:-1],
            head(number) + text.replace(b'"x": [1]', b'"id": 1'),
            text,
        ]
    )
    assert (found.good, found.payloads) == ([0], [text])
    assert [bad.reason for bad in found.rejected] == [
        "schema_mismatch",
        "invalid_id",
        "invalid_json",
        "duplicate_key",
        "not_wire_format",
    ]
    assert "$.price: '1234.50' is too long" in found.rejected[0].detail


def test_a_schema_that_leads_nowhere_is_no_reason_to_ask_the_network(
    registry: SmallRegistry,
) -> None:
    number = registry.add({"$ref": f"{registry.url}/elsewhere"}, kind="JSON")
    [bad] = decoder(registry, "json_schema").decode([head(number) + b"{}"]).rejected
    assert bad.reason == "unusable_schema"
    assert not any("elsewhere" in path for path in registry.asked)


def test_a_record_that_waits_for_its_schema_is_named(registry: SmallRegistry) -> None:
    number = registry.add(FIRST)
    came = [Record(3, 7, sale(number)), Record(3, 8, sale(number + 1))]
    with pytest.raises(RegistryError, match=rf"/3/8: .* knows no schema {number + 1}") as waits:
        build_batch(
            came, IDENTITY, {3: 7}, START, decoder(registry, "avro"), contiguous_offsets=True
        )
    assert waits.value.transient


def test_without_a_registry_nothing_is_read() -> None:
    with pytest.raises(ConfigError, match="need a schema registry") as refused:
        decoder(None, "avro")
    assert refused.value.hint == "set KAFKA_SCHEMA_REGISTRY_URL"
    assert isinstance(decoder(None, "json"), JsonDecoder)
