"""Stored bytes that were changed without an error: seen, named, and put back from the topic."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import duckdb
import pytest

from core.broker.cluster import Cluster
from core.config import Thresholds
from core.consumer.batch import build_batch
from core.validation import BrokerView, CheckResult, Status, content
from core.validation.content import find_damage
from core.validation.context import CheckContext
from core.validation.repair import repair_from_copies, repair_from_topic
from core.validation.repaired import Repair
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.damage import overwrite, put_payload
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.oracle import (
    check_content,
    check_exactly_once,
    check_newest_orders,
    oracle_rows,
)
from tests.support.processes import Dropship, commands
from tests.support.topic import publish, read_all, read_messages

pytestmark = pytest.mark.slow

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"
NEWER = "2025-01-01T00:00:00Z"


def fill(servers: str) -> None:
    """Publish twelve orders into one partition, two of them twice, and three bad records."""
    payloads = [event(number, quantity=number) for number in range(1, 13)]
    payloads += [event(number, quantity=99, sold_at=NEWER) for number in (3, 4)]
    publish(servers, TOPIC, payloads, partition=1)
    publish(servers, TOPIC, [b"{", b"\xff\xfe", None], key=b"\x00key", partition=1)


class Kept:
    """A topic that was stored and merged, and ways to damage what is stored."""

    def __init__(self, broker: Cluster, warehouse: DuckDbWarehouse) -> None:
        self.broker = broker
        self.warehouse = warehouse
        self.identity = broker.identity(TOPIC)
        fill(broker.bootstrap_servers)
        messages = read_messages(broker.bootstrap_servers, TOPIC)
        starts = dict.fromkeys(broker.partitions(TOPIC), 0)
        warehouse.register_partitions(self.identity, starts)
        batch = build_batch(
            messages, self.identity, starts, datetime.now(UTC), ORDERS, contiguous_offsets=True
        )
        warehouse.write_batch(batch.raw)
        assert warehouse.merge().inserted == 12

    def change(self, statement: str) -> None:
        cursor = self.warehouse._db.cursor()
        cursor.execute("SET schema = 'mon_schema'")
        cursor.execute(statement)

    def merge_anew(self) -> None:
        self.change("DELETE FROM orders")
        self.change("DELETE FROM transform_runs")
        self.warehouse.merge()

    def event_id(self, offset: int) -> str:
        return self.identity.event_id(1, offset)

    @property
    def context(self) -> CheckContext:
        now = datetime.now(UTC)
        view = BrokerView.of(self.broker, TOPIC, now)
        return CheckContext(self.warehouse, Thresholds(), now, view)

    def seen(self) -> tuple[str, CheckResult]:
        """Return what the oracle says (empty: all is well), and what `content` found."""
        messages = read_messages(self.broker.bootstrap_servers, TOPIC)
        said = ""
        try:
            check_content(self.warehouse, self.identity, messages)
        except AssertionError as error:
            said = str(error)
        return said, content.check(self.context)

    def repair(self) -> Repair:
        return repair_from_topic(
            self.warehouse,
            self.broker,
            GROUP,
            self.identity,
            find_damage(self.context),
            stop=Event(),
        )

    def check_whole(self) -> None:
        """Fail unless everything is as if there never had been any damage."""
        check_exactly_once(self.broker, self.warehouse, TOPIC, GROUP)
        records = read_all(self.broker.bootstrap_servers, TOPIC)
        check_newest_orders(records, oracle_rows(self.warehouse, "orders"))
        assert content.check(self.context).figures["verified"] == 17


@pytest.fixture
def kept(broker: Cluster, warehouse: DuckDbWarehouse) -> Kept:
    return Kept(broker, warehouse)


def test_nothing_is_said_of_what_is_right(kept: Kept) -> None:
    said, found = kept.seen()
    assert (said, found.status, found.figures["verified"]) == ("", Status.PASS, 17)
    assert find_damage(kept.context) == []
    kept.check_whole()


def test_sixteen_bytes_written_over_a_payload_are_seen_and_put_back(kept: Kept) -> None:
    overwrite(kept.warehouse._db.cursor(), 4, 60)
    name = kept.event_id(4)
    said, found = kept.seen()
    assert f"{name} holds other bytes" in said
    assert (found.status, found.figures["damaged_event_ids"]) == (Status.FAIL, [name])
    assert [row["fix"] for row in found.rows] == ["topic"]
    assert kept.repair() == Repair([name], [])
    kept.check_whole()


def test_payloads_that_two_events_exchanged(kept: Kept) -> None:
    kept.change(
        "UPDATE orders_events AS one SET payload = other.payload FROM orders_events AS other"
        " WHERE one.kafka_offset IN (2, 7) AND other.kafka_offset = 9 - one.kafka_offset"
    )
    said, found = kept.seen()
    assert said.count("holds other bytes") == 2
    assert (found.status, found.figures["damaged"]) == (Status.FAIL, 2)
    assert len(kept.repair().repaired) == 2
    kept.check_whole()


@pytest.mark.parametrize("change", ["kafka_offset = 5", "kafka_partition = 0", "source_id = 'x'"])
def test_changed_coordinates(kept: Kept, change: str) -> None:
    kept.change(f"UPDATE orders_events SET {change} WHERE kafka_offset = 8")
    said, found = kept.seen()
    assert "has other coordinates" in said
    assert (found.status, found.figures["damaged"]) == (Status.FAIL, 1)
    assert len(kept.repair().repaired) == 1
    kept.check_whole()


@pytest.mark.parametrize(
    "change", ["payload = '!'::BLOB", "message_key = NULL", "headers = '[[\"a\", null]]'"]
)
def test_a_damaged_dead_letter(kept: Kept, change: str) -> None:
    kept.change(f"UPDATE dead_letters SET {change} WHERE kafka_offset = 15")
    said, found = kept.seen()
    assert "holds other bytes" in said
    assert (found.status, found.figures["damaged"]) == (Status.FAIL, 1)
    assert len(kept.repair().repaired) == 1
    kept.check_whole()


def replace_in(kept: Kept, offset: int, old: str, new: str) -> None:
    kept.change(
        f"UPDATE orders_events SET payload = replace(payload::VARCHAR, '{old}', '{new}')"
        f" WHERE kafka_offset = {offset}"
    )


def test_an_order_that_came_of_damage_is_undone(kept: Kept) -> None:
    """Merged while the payload was wrong: another order, and an old version of the right one."""
    replace_in(kept, 12, "ORDER_000003", "ORDER_999999")
    kept.merge_anew()
    assert len(oracle_rows(kept.warehouse, "orders")) == 13
    assert len(kept.repair().repaired) == 1
    kept.check_whole()


def test_what_the_merge_put_aside_because_of_damage_comes_back(kept: Kept) -> None:
    replace_in(kept, 4, '"quantity": 5,', '"quantity": "",')
    kept.merge_anew()
    assert len(oracle_rows(kept.warehouse, "orders")) == 11
    assert len(kept.repair().repaired) == 1
    kept.check_whole()


def test_an_event_that_is_not_merged_yet_waits_for_the_merge(kept: Kept) -> None:
    kept.change("DELETE FROM orders")
    kept.change("DELETE FROM transform_runs")
    overwrite(kept.warehouse._db.cursor(), 4, 60)
    assert len(kept.repair().repaired) == 1
    assert kept.warehouse.merge().inserted == 12
    kept.check_whole()


def test_a_damaged_checksum_is_taken_again_from_the_topic(kept: Kept) -> None:
    kept.change("UPDATE orders_events SET checksum = 7 WHERE kafka_offset = 1")
    assert len(kept.repair().repaired) == 1
    kept.check_whole()


def test_what_the_topic_does_not_hold_stays_named(kept: Kept) -> None:
    """Both are wrong, payload and checksum: no guess is made."""
    kept.change("UPDATE orders_events SET checksum = 7 WHERE kafka_offset = 1")
    put_payload(kept.warehouse._db.cursor(), 1, event(2, quantity=777))
    found = kept.repair()
    assert found.repaired == []
    ((name, reason),) = found.left
    assert (name, reason) == (kept.event_id(1), "orders_topic-1 holds something else at offset 1")
    assert kept.seen()[1].status is Status.FAIL


def test_a_record_of_another_topic_is_not_looked_for(kept: Kept) -> None:
    kept.change(
        "UPDATE orders_events SET event_id = 'x-1-4', source_id = 'x' WHERE kafka_offset = 4"
    )
    kept.change("UPDATE orders_events SET checksum = 7 WHERE kafka_offset = 4")
    ((_name, reason),) = kept.repair().left
    assert "another topic" in reason
    (row,) = kept.seen()[1].rows
    assert row["fix"] == "none"
    assert kept.seen()[1].remedies == ()
    assert "restore a copy of the warehouse" in kept.seen()[1].hint


def test_a_copy_among_the_dead_letters_serves_without_a_topic(kept: Kept) -> None:
    kept.change(
        "INSERT INTO dead_letters (event_id, stage, reason, detail, topic, source_id,"
        " kafka_partition, kafka_offset, payload, received_at, checksum)"
        " SELECT event_id, 'merge', 'cast', 'x', 'orders_topic', source_id,"
        " kafka_partition, kafka_offset, encode(payload::VARCHAR), created_at, checksum"
        " FROM orders_events WHERE kafka_offset IN (6, 7)"
    )
    overwrite(kept.warehouse._db.cursor(), 6, 60)
    kept.change("UPDATE dead_letters SET payload = '!'::BLOB WHERE kafka_offset = 7")
    damaged = find_damage(kept.context)
    repaired = repair_from_copies(kept.warehouse, damaged, stop=Event())
    assert repaired == [kept.event_id(6), kept.event_id(7)]
    assert find_damage(kept.context) == []


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


def test_the_command_names_what_is_damaged_in_a_file_and_repairs_it(dropship: Dropship) -> None:
    dropship.start_broker()
    with dropship.broker() as cluster:
        fill(cluster.bootstrap_servers)
        name = cluster.identity(TOPIC).event_id(1, 4)
    assert dropship("consume", "--until-caught-up").done()["inserted"] == 14
    with duckdb.connect(str(dropship.paths.warehouse_file)) as base:
        overwrite(base, 4, 60)
    found = dropship("validate")
    assert found.code == 1
    content_found = found.record["checks"]["content"]
    assert (content_found["status"], content_found["damaged_event_ids"]) == ("FAIL", [name])
    assert "dropship --run validate --repair" in content_found["hint"]
    record = dropship("validate", "--repair").record
    assert (record["repaired"], record["not_repaired"]) == ([name], [])
    assert record["checks"]["content"]["status"] == "PASS"
