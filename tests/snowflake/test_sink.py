"""The way of an engine's records, on the fake Snowflake: sink table, task, merge, checks.

The fake runs no Snowflake Scripting, so the statements of the procedure are run one by one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.config import KafkaSettings, Thresholds
from core.config.load import load_settings
from core.export.script import sink_script
from core.validation import reconciliation
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.snowflake.connect import connect
from core.warehouse.snowflake.identifiers import snowflake_identifiers
from core.warehouse.snowflake.scripts import split_statements
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.engine_parity import StillClock
from tests.support.events import event
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.snowflake_sql import body_statements, without_into

PUBLISHED_MS = 1_767_323_045_000
IDENTITY = TopicIdentity("a 'cluster'", "orders_topic", "gen-1")


class Sink:
    """The table of the engine and what takes its rows on."""

    def __init__(
        self, warehouse: SnowflakeWarehouse, script: str, schema: str, session: Any
    ) -> None:
        self.warehouse = warehouse
        self._session = session
        self._schema = schema
        self.hole = "gap"
        statements = split_statements(script)
        (procedure,) = [one for one in statements if "PROCEDURE" in one]
        self._take = body_statements(procedure)
        for statement in statements:
            if statement.startswith(("CREATE TABLE", "CREATE STREAM")):
                # The fake does not unwrap a text that a VARIANT holds.
                self.run(re.sub(r"record_content\s+VARIANT", "record_content VARCHAR", statement))

    def run(self, statement: str):
        cursor = self._session.cursor()
        try:
            return cursor.execute(statement).fetchall()
        finally:
            cursor.close()

    def arrive(self, *records: tuple[int, int, str | None]) -> None:
        """Write records as the engine does: partition, offset, text."""
        for partition, offset, text in records:
            metadata = json.dumps(
                {
                    "topic": "orders_topic",
                    "partition": partition,
                    "offset": offset,
                    "key": "k",
                    "CreateTime": PUBLISHED_MS + offset,
                }
            )
            content = "NULL" if text is None else quoted(text)
            self.run(
                f"INSERT INTO {self._schema}.orders_events_sink (record_metadata, record_content) "
                f"SELECT PARSE_JSON({quoted(metadata)}), {content}"
            )

    def take(self) -> None:
        """Do what the task does."""
        for statement in self._take:
            bound = without_into(statement).replace(":now_utc", "SYSDATE()")
            self.run(bound.replace(":hole", f"'{self.hole}'"))

    def rows(self, table: str, columns: str) -> list[tuple]:
        return sorted(self.run(f"SELECT {columns} FROM {self._schema}.{table}"))

    def offsets(self) -> dict[int, int]:
        return self.warehouse.stored_offsets(IDENTITY)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


@pytest.fixture
def sink(fake: FakeSnowflake, schema: str) -> Iterator[Sink]:
    settings = replace(load_settings(environ=fake.environ(schema)), kafka=KafkaSettings("b:9092"))
    warehouse = SnowflakeWarehouse(settings, clock=StillClock())
    warehouse.setup()
    names = snowflake_identifiers(settings)
    session = connect(settings, names)
    yield Sink(warehouse, sink_script(settings, IDENTITY), names.schema, session)
    session.close()
    warehouse.close()


def good(number: int) -> str:
    return event(number, unit_price=12.34).decode()


def test_records_become_raw_events_and_orders(sink):
    sink.arrive((0, 0, good(1)), (0, 1, good(2)), (1, 5, good(3)))
    sink.take()
    found = sink.rows("orders_events", "event_id, kafka_partition, kafka_offset")
    assert found == [
        (IDENTITY.event_id(0, 0), 0, 0),
        (IDENTITY.event_id(0, 1), 0, 1),
        (IDENTITY.event_id(1, 5), 1, 5),
    ]
    assert sink.offsets() == {0: 2, 1: 6}
    merged = sink.warehouse.merge()
    assert (merged.inserted, merged.quarantined) == (3, 0)
    assert [str(price) for (price,) in sink.rows("orders", "unit_price")] == ["12.34"] * 3


REASONS = {
    None: "tombstone",
    "{": "invalid_json",
    "[1]": "missing_field",
    '{"event_type": "order_created", "order": {"id": "\ufffd"}, "timestamp": "t"}': "invalid_utf8",
    '{"event_type": "order_created"}': "missing_field",
    '{"event_type": "x", "order": {"id": "i"}, "timestamp": "t"}': "unknown_event_type",
}


def test_what_is_no_event_is_kept_with_its_reason(sink):
    records = [(0, offset, text) for offset, text in enumerate(REASONS)]
    sink.arrive(*records, (0, len(records), good(1)))
    sink.take()
    letters = {letter.offset: letter for letter in sink.warehouse.dead_letters()}
    assert {text: letters[offset].reason for _p, offset, text in records} == REASONS
    assert letters[1].payload == b"{"
    assert letters[0].payload is None
    assert sink.offsets() == {0: len(records) + 1}


def test_what_was_taken_is_not_taken_again(sink):
    sink.arrive((0, 0, good(1)), (0, 1, good(2)))
    sink.take()
    sink.take()
    sink.arrive((0, 1, good(2)), (0, 2, good(3)), (0, 2, good(3)))  # a channel opened anew
    sink.take()
    assert [row[0] for row in sink.rows("orders_events", "kafka_offset")] == [0, 1, 2]
    assert sink.offsets() == {0: 3}


def test_it_goes_on_where_a_consumer_stopped(sink):
    sink.warehouse.register_partitions(IDENTITY, {0: 10})
    sink.arrive(*((0, offset, good(offset + 1)) for offset in range(8, 13)))
    sink.take()
    assert [row[0] for row in sink.rows("orders_events", "kafka_offset")] == [10, 11, 12]
    assert sink.warehouse.register_partitions(IDENTITY, {0: 0}) == {0: 13}


def test_records_of_another_topic_stay_out(sink):
    sink.run(
        f"INSERT INTO {sink._schema}.orders_events_sink (record_metadata, record_content) SELECT "
        'PARSE_JSON(\'{"topic": "other", "partition": 0, "offset": 0}\'), \'{}\''
    )
    sink.take()
    assert sink.rows("orders_events", "event_id") == []
    assert sink.offsets() == {}


def test_validation_balances_the_books(sink):
    sink.arrive((0, 0, good(1)), (0, 1, "{"), (1, 0, good(2)))
    sink.take()
    context = CheckContext(sink.warehouse, Thresholds(), StillClock().now())
    assert reconciliation.check(context).status is not Status.FAIL


@pytest.mark.parametrize("hole", ["gap", "skipped"])
def test_offsets_that_never_came_are_booked_as_the_operator_says_they_are(sink, hole):
    sink.hole = hole
    sink.arrive((0, 3, good(1)), (0, 4, good(2)), (1, 0, good(3)))
    sink.take()
    sink.arrive((0, 6, good(4)), (0, 9, good(5)), (1, 1, good(6)))
    sink.take()
    gaps = sink.rows("offset_gaps", "kafka_partition, from_offset, to_offset, reason")
    skipped = sink.rows("consumer_offsets", "kafka_partition, skipped")
    if hole == "gap":
        assert gaps == [(0, 5, 6, "sink"), (0, 7, 9, "sink")]
        assert skipped == [(0, 0), (1, 0)]
    else:
        assert gaps == []
        assert skipped == [(0, 3), (1, 0)]
    context = CheckContext(sink.warehouse, Thresholds(), StillClock().now())
    found = reconciliation.check(context)
    assert found.status is (Status.WARN if hole == "gap" else Status.PASS), found.message


def test_the_console_knows_how_many_records_wait_and_since_when(sink):
    assert sink.warehouse.rows("sink_waiting") == [(0, None)]
    sink.arrive((0, 700, good(1)), (0, 200, good(2)), (1, 900, "{"))
    first = datetime(2026, 1, 2, 3, 4, 5, 200_000)  # noqa: DTZ001 - UTC without a zone
    assert sink.warehouse.rows("sink_waiting") == [(3, first)]
    sink.take()
    assert sink.warehouse.rows("sink_waiting") == [(0, None)]
