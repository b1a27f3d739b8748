"""Faults 15 to 18: records that cannot be used become dead letters, and nothing else suffers."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from core.consumer.options import ConsumeOptions
from core.warehouse.model import StoredDeadLetter
from tests.support.events import event, order
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.processes import commands
from tests.support.topic import Record, publish, read_all

# One group: the tests of a module share what they start.
pytestmark = pytest.mark.xdist_group("faults_payloads")

GOOD = [event(number) for number in range(1, 41)]


def changed(**changes: object) -> bytes:
    """Return an event with fields of the order changed, whatever JSON can hold."""
    return json.dumps(
        {
            "event_type": "order_created",
            "order": order(99, **changes),
            "timestamp": "2024-05-06T07:08:10Z",
        }
    ).encode()


def without(*path: str) -> bytes:
    """Return an event that lacks one field."""
    whole = json.loads(event(99))
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return json.dumps(whole).encode()


def nested(levels: int) -> bytes:
    """Return a good event with a further field that is nested so deep."""
    return event(99)[:-1] + b', "more": ' + b"[" * levels + b"]" * levels + b"}"


FAULT_15: list[tuple[bytes | None, str]] = [
    (b"{not json", "invalid_json"),
    (event(99)[:-20], "invalid_json"),
    (b"\xff\xfe" + event(99), "invalid_utf8"),
    (event(99).replace(b"PROD_000001", b"PROD_\xc3\x28"), "invalid_utf8"),
    (event(99).replace(b"39.3", b"NaN"), "not_a_number"),
    (event(99).replace(b"39.3", b"-Infinity"), "not_a_number"),
    (event(99).replace(b'"quantity"', b'"quantity": 1, "quantity"'), "duplicate_key"),
    (b"\x1b]52;c;aGVsbG8=\x07[@click=app.quit]", "invalid_json"),
]
FAULT_16: list[tuple[bytes | None, str]] = [
    (b"[]", "wrong_type"),
    (b'"text"', "wrong_type"),
    (changed(quantity="2"), "wrong_type"),
    (changed(quantity=1.5), "wrong_type"),
    (changed(unit_price=None), "wrong_type"),
    (changed(sold_at=1714979289), "wrong_type"),
    (without("order", "id"), "missing_field"),
    (without("order"), "missing_field"),
    (without("timestamp"), "missing_field"),
    (changed(quantity=0), "out_of_range"),
    (changed(quantity=10**12), "out_of_range"),
    (changed(unit_price=-0.01), "out_of_range"),
    (changed(unit_price=1e30), "out_of_range"),
    (changed(unit_price=1.005), "out_of_range"),
    (changed(sold_at="2024-02-30T00:00:00Z"), "invalid_timestamp"),
    (changed(id="<script>"), "invalid_id"),
    (event(99).replace(b"order_created", b"order_eaten"), "unknown_event_type"),
]
FAULT_17: list[tuple[bytes | None, str]] = [
    (None, "tombstone"),
    (b"", "empty"),
    (b" ", "invalid_json"),
]


@dataclass(frozen=True)
class Outcome:
    """What became of all records of faults 15 to 17, mixed with good ones."""

    placed: list[Record]
    dead: dict[tuple[int, int], StoredDeadLetter]
    consumed: dict[str, Any]
    merged: dict[str, Any]
    listed: list[dict[str, Any]]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> Outcome:
    """Publish everything in one shuffle, consume, merge; the oracle is asked on the way."""
    with commands(tmp_path_factory.mktemp("payloads")) as dropship:
        dropship.start_broker()
        with dropship.broker() as cluster:
            mixed = [value for value, _reason in FAULT_15 + FAULT_16 + FAULT_17] + GOOD
            random.Random(7).shuffle(mixed)
            placed = publish(cluster.bootstrap_servers, "orders_topic", mixed)
            consumed = dropship("consume", "--until-caught-up").done()
            merged = dropship("transform").done()
            listed = dropship("dlq").done()["dead_letters"]
            with dropship.warehouse() as warehouse:
                check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
                check_newest_orders(placed, oracle_rows(warehouse, "orders"))
                letters = {(e.partition, e.offset): e for e in warehouse.dead_letters()}
    return Outcome(placed, letters, consumed, merged, listed)


def check_dead(outcome: Outcome, faults: list[tuple[bytes | None, str]]) -> None:
    """Check that each faulty record is a dead letter: its reason, its offset, its bytes."""
    reasons = dict(faults)
    found = [(part, offset, value) for part, offset, value in outcome.placed if value in reasons]
    assert len(found) == len(faults)
    listed = {(e["partition"], e["offset"]): e for e in outcome.listed}
    for part, offset, value in found:
        letter = outcome.dead[part, offset]
        assert (letter.reason, letter.payload, letter.stage) == (reasons[value], value, "decode")
        assert listed[part, offset]["reason"] == reasons[value]
        assert letter.detail.isprintable()


@pytest.mark.slow
def test_fault_15_no_json_no_utf_8_nan_and_keys_that_stand_twice(outcome):
    check_dead(outcome, FAULT_15)


def test_fault_16_wrong_types_missing_fields_and_absurd_numbers(outcome):
    check_dead(outcome, FAULT_16)


def test_fault_17_tombstones_and_empty_values(outcome):
    check_dead(outcome, FAULT_17)


def test_faults_15_to_17_leave_good_records_and_the_merge_alone(outcome):
    bad = len(FAULT_15) + len(FAULT_16) + len(FAULT_17)
    assert outcome.consumed["dead_lettered"] == len(outcome.listed) == bad
    assert outcome.consumed["inserted"] == outcome.merged["inserted"] == len(GOOD)
    assert outcome.merged["quarantined"] == 0


@pytest.mark.slow
def test_fault_18_large_and_deep_payloads_leave_memory_bounded(dropship):
    dropship.start_broker()
    with dropship.broker() as cluster:
        servers = cluster.bootstrap_servers
        publish(servers, "orders_topic", GOOD[:4])
        base = watched_peak(dropship.start("consume", "--until-caught-up"))
        megabyte = event(99)[:-1] + b', "more": "' + b"x" * 990_000 + b'"}'
        large = [megabyte, b"[" * 100_000, nested(100_000)] * 45
        publish(servers, "orders_topic", [*large, nested(20_000), nested(60), *GOOD[4:]])
        consumer = dropship.start("consume", "--until-caught-up")
        peak = watched_peak(consumer)
        record = consumer.end().done()
        assert record["dead_letter_reasons"] == {"oversized": len(large), "too_deep": 2}
        assert record["inserted"] == len(GOOD) - 4
        assert dropship("transform").done()["inserted"] == len(GOOD)
        with dropship.warehouse() as warehouse:
            check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
            check_newest_orders(read_all(servers, "orders_topic"), oracle_rows(warehouse, "orders"))
            batches: Counter[datetime] = Counter()
            for letter in warehouse.dead_letters():
                batches[letter.received_at] += len(letter.payload or b"")
    assert len(batches) > 1
    # Sizes are known only afterwards: records larger than those before overrun the bound a little.
    assert max(batches.values()) <= ConsumeOptions("t", "g").max_batch_bytes * 1.25
    assert 0 < base < peak < base + 600e6


def watched_peak(running) -> int:
    """Return the most memory a process had, watched until it ends."""
    peak = 0
    while not running.ended:
        peak = max(peak, running.peak_bytes)
    return peak
