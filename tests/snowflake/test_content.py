"""`content` on Snowflake: fields of events and bytes of dead letters are those that came."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.config import Settings, Thresholds
from core.config.load import load_settings
from core.validation import CheckResult, Status, content
from core.validation.context import CheckContext
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.engine_parity import RECEIVED, TOPIC, EngineParity, StillClock
from tests.support.events import event
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.processes import Dropship
from tests.support.snowflake_flow import make_tables
from tests.unit.consumer.odd_payloads import random_payload


@pytest.fixture
def engines(fake: FakeSnowflake, schema: str, settings: Settings) -> Iterator[EngineParity]:
    clock = StillClock()
    loaded = replace(load_settings(environ=fake.environ(schema)), timeout_s=5.0)
    duck = DuckDbWarehouse(settings, clock=clock)
    snow = SnowflakeWarehouse(loaded, clock=clock)
    make_tables(snow)
    yield EngineParity(duck, snow, clock)
    snow.close()
    duck.close()


def check(engines: EngineParity) -> CheckResult:
    now = RECEIVED + timedelta(minutes=5)
    return content.check(CheckContext(engines.snow, Thresholds(), now))


def change(engines: EngineParity, table: str, what: str) -> None:
    snow = engines.snow
    assert isinstance(snow, SnowflakeWarehouse)
    snow._sessions.mine().run(f"UPDATE {snow._identifiers.schema}.{table} SET {what}")


PRICES = [0, 0.01, 19.9, 39.30, 7, "12.5", "3.10000", 99_999_999.99]


def test_events_of_every_form_and_letters_of_every_kind_are_verified(engines: EngineParity) -> None:
    chance = random.Random(5)
    payloads: list[bytes | None] = [
        event(number, unit_price=price, note={"more": [1.50, "é\u2028"]})
        for number, price in enumerate(PRICES)
    ]
    payloads += [random_payload(chance) for _number in range(300)]
    payloads += [None, b"", b"\x00\xff" * 50_000]
    payloads.append(event(9).replace(b'"id": "ORDER', b'"id": "\\u004fRDER'))
    engines.consume(payloads, key=b"\x00k\xff", headers=[("é\ud800", b"\xff"), ("h", None)])
    found = check(engines)
    assert (found.status, found.rows) == (Status.PASS, ())
    assert found.figures["verified"] == found.figures["stored"] == len(payloads)
    assert found.figures["without_checksum"] == 0


def test_a_large_batch_that_goes_by_a_file_is_verified(engines: EngineParity) -> None:
    payloads: list[bytes | None] = [event(number, note="x" * 5_000) for number in range(1_000)]
    engines.consume([*payloads, *[b"{" * 60_000] * 40])
    found = check(engines)
    assert (found.status, found.figures["verified"]) == (Status.PASS, 1_040)


@pytest.mark.parametrize(
    "text",
    [
        event(2, quantity=3),
        event(2, unit_price=39.31),
        event(2, customer_id="CUST_000002"),
        event(2, timestamp="2024-05-06T07:08:10.000Z"),
        b"{}",
    ],
)
def test_a_changed_value_is_named(engines: EngineParity, text: bytes) -> None:
    engines.consume([event(1), event(2), event(3)])
    change(
        engines, "orders_events", f"payload = PARSE_JSON('{text.decode()}') WHERE kafka_offset = 1"
    )
    (row,) = check(engines).rows
    assert (row["fault"], row["event_id"]) == ("payload", TOPIC.event_id(0, 1))


def test_a_changed_offset_and_a_damaged_letter_are_named(engines: EngineParity) -> None:
    engines.consume([event(1), event(2), b"{", b"["])
    change(engines, "orders_events", "kafka_offset = 9 WHERE kafka_offset = 1")
    change(engines, "dead_letters", "payload = TO_BINARY('41', 'HEX') WHERE kafka_offset = 3")
    found = check(engines)
    assert (found.figures["verified"], found.figures["damaged"]) == (2, 2)
    assert {(row["stage"], row["fault"], row["event_id"]) for row in found.rows} == {
        ("event", "coordinates", TOPIC.event_id(0, 1)),
        ("decode", "payload", TOPIC.event_id(0, 3)),
    }


def test_tables_of_an_earlier_version_are_completed_by_setup(
    engines: EngineParity, fake: FakeSnowflake, schema: str, dropship: Dropship, tmp_path: Path
) -> None:
    engines.consume([event(1), b"{"])
    snow = engines.snow
    assert isinstance(snow, SnowflakeWarehouse)
    for table in ("orders_events", "dead_letters"):
        snow._sessions.mine().run(
            f"ALTER TABLE {snow._identifiers.schema}.{table} DROP COLUMN checksum"
        )
    snow._checksums = False
    found = check(engines)
    assert (found.status, found.figures["without_checksum"]) == (Status.WARN, 2)
    dropship.start_broker()
    dropship("seed", "--orders", "5").done()
    dropship("produce", "--rate", "0").done()
    ended = dropship("consume", "--until-caught-up", env=fake.environ(schema))
    assert ended.code == 3
    assert "dropship --run setup" in ended.record["error"]["hint"]
    dropship("setup", env=fake.environ(schema)).done()
    assert (
        dropship("consume", "--until-caught-up", env=fake.environ(schema)).done()["inserted"] == 5
    )
    found = check(engines)
    assert (found.status, found.figures["verified"], found.figures["without_checksum"]) == (
        Status.PASS,
        5,
        2,
    )
