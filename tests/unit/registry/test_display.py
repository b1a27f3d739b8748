"""What lists and files show of records in the wire format, with a registry that fails or not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from core.config.settings import KafkaSettings, RegistrySettings, Settings
from core.dlq.editing import save_letters
from core.pipeline.folder import Pipeline, builtin
from core.registry.display import ReadableValues
from core.warehouse.model import StoredDeadLetter
from tests.support.any_pipeline import simple
from tests.support.consuming import HandClock
from tests.support.small_registry import SmallRegistry

SCHEMA = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}]}


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    with SmallRegistry() as server:
        server.add(SCHEMA)
        yield server


def shown(server: SmallRegistry, clock: HandClock, kind: str = "avro") -> ReadableValues:
    pipeline = Pipeline(simple({"a": {"type": "text"}}, format=kind), builtin().folder)
    kafka = KafkaSettings(registry=RegistrySettings(server.url))
    return ReadableValues(Settings(kafka=kafka, pipeline=pipeline), clock)


def value(number: int) -> bytes:
    return b"\x00" + number.to_bytes(4, "big") + b"\x04hi"


def test_values_are_shown_as_json_where_they_stand_for_some(registry: SmallRegistry) -> None:
    told = shown(registry, HandClock())
    assert told.text(value(1)) == b'{"a":"hi"}'
    assert [told.text(odd) for odd in (None, b"", b"{}", value(1) + b"x", value(1)[:6])] == [
        None
    ] * 5
    assert shown(registry, HandClock(), "json").text(value(1)) is None


def test_a_registry_that_fails_is_asked_again_after_a_while(registry: SmallRegistry) -> None:
    clock = HandClock()
    told = shown(registry, clock)
    assert told.text(value(2)) is None
    asked = len(registry.asked)
    assert [told.text(value(2)) for _again in range(50)] == [None] * 50
    assert len(registry.asked) == asked
    registry.add(SCHEMA)
    clock.wait(Event(), 11)
    assert told.text(value(2)) == b'{"a":"hi"}'


def test_a_saved_letter_has_its_bytes_and_what_they_stand_for(
    registry: SmallRegistry, tmp_path: Path
) -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    letter = StoredDeadLetter(
        event_id="s-0-1", replays=0, topic="t", partition=0, offset=1, reason="invalid_id",
        detail="", key=None, payload=value(1), headers=(), received_at=at, stage="decode",
    )  # fmt: skip
    save_letters([letter], tmp_path / "letters", shown(registry, HandClock()).text)
    (line,) = (tmp_path / "letters").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["decoded"] == '{"a":"hi"}'
    assert json.loads(line)["payload"] == value(1).decode()
