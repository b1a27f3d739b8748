"""What is injected, where it goes, and that each kind is what the injection log says."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.producer.fault_injection import Fault, FaultInjector, Planned
from core.producer.fault_log import FaultLog
from core.producer.options import ProduceOptions
from core.producer.orders.encode import encode
from core.producer.orders.malformed_records import MALFORMED_RECORDS
from core.producer.orders.order_format import OrderFormat
from tests.support.decoding import decode_batch
from tests.unit.producer.rows import orders

STAMP = "2024-05-31T12:30:00.000Z"
Entry = tuple[dict[str, str], Fault | None]


def played(options: ProduceOptions, count: int, chunk: int) -> list[Entry]:
    """Return all rows in the order of publishing, each with its fault."""
    injector = FaultInjector(options, "run", OrderFormat())
    plans: list[Planned] = [
        injector.feed(orders(min(chunk, count - first), first + 1))
        for first in range(0, count, chunk)
    ]
    plans.append(injector.drain())
    return [
        (row, plan.faults.get(index))
        for plan in plans
        for index, row in enumerate(plan.rows.to_pylist())
    ]


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 150), st.integers(0, 5))
def test_every_order_goes_out_once_and_in_order_whatever_is_injected(
    count: int, chunk: int, seed: int
) -> None:
    options = ProduceOptions(duplicates=0.3, late=0.3, poison=0.3, seed=seed)
    entries = played(options, count, chunk)
    plain = [row for row, fault in entries if fault is None]
    assert plain == orders(count).to_pylist()


def test_shares_are_kept() -> None:
    entries = played(ProduceOptions(duplicates=0.02, late=0.1, poison=0.05, seed=7), 10_000, 999)
    counts = Counter(fault.kind for _row, fault in entries if fault is not None)
    assert counts["duplicates"] == pytest.approx(200, rel=0.3)
    assert counts["late"] == pytest.approx(1_000, rel=0.15)
    assert counts["poison"] == pytest.approx(500, rel=0.2)


def test_the_same_seed_injects_the_same() -> None:
    options = ProduceOptions(duplicates=0.1, late=0.1, poison=0.1, seed=3)
    assert played(options, 500, 100) == played(options, 500, 100)
    other = ProduceOptions(duplicates=0.1, late=0.1, poison=0.1, seed=4)
    assert played(options, 500, 100) != played(other, 500, 100)


def test_a_duplicate_is_the_same_order_once_more_and_later() -> None:
    entries = played(ProduceOptions(duplicates=1.0, seed=1), 300, 64)
    first: dict[str, int] = {}
    for place, (row, fault) in enumerate(entries):
        if fault is None:
            first[row["id"]] = place
        else:
            assert fault == Fault("duplicates", row["id"])
            assert row == entries[first[row["id"]]][0]
            assert place > first[row["id"]]
    assert len(entries) == 600


def test_a_late_version_is_older_in_another_quantity_and_comes_after_the_newer() -> None:
    entries = played(ProduceOptions(late=1.0, seed=1), 300, 64)
    newer: dict[str, dict[str, str]] = {}
    for row, fault in entries:
        if fault is None:
            newer[row["id"]] = row
            continue
        new = newer[row["id"]]
        assert row["sold_at"] < new["sold_at"]
        assert row["quantity"] != new["quantity"]
        assert fault.detail == {
            "sold_at": row["sold_at"],
            "quantity": row["quantity"],
            "newer_sold_at": new["sold_at"],
            "newer_quantity": new["quantity"],
        }
        assert decode_batch(encode(pa.RecordBatch.from_pylist([row]), STAMP)[1]).rejected == []
    assert len(entries) == 600


def test_poison_has_ids_of_its_own_and_all_kinds_come() -> None:
    entries = played(ProduceOptions(poison=1.0, seed=1), 500, 64)
    poison = [(row, fault) for row, fault in entries if fault is not None]
    assert len({row["id"] for row, _fault in poison}) == len(poison) == 500
    assert all(row["id"] == fault.id and "POISON_run_" in row["id"] for row, fault in poison)
    assert {fault.detail["reason"] for _row, fault in poison} == set(MALFORMED_RECORDS)


@pytest.mark.parametrize("reason", sorted(MALFORMED_RECORDS))
def test_the_consumer_refuses_each_poison_for_the_reason_given(reason: str) -> None:
    _keys, values = encode(orders(1), STAMP)
    decoded = decode_batch([MALFORMED_RECORDS[reason](values[0])])
    assert [rejection.reason for rejection in decoded.rejected] == [reason]


def test_the_answer_key_has_a_line_for_each_fault(tmp_path: Path) -> None:
    answers = FaultLog(tmp_path / "injected", "20240531T123000_ab", "order_id")
    answers.open()
    answers.write([Fault("late", "ORDER_1", {"quantity": "3"}), Fault("duplicates", "B")], STAMP)
    lines = [json.loads(line) for line in answers.path.read_text().splitlines()]
    assert lines == [
        {"kind": "late", "order_id": "ORDER_1", "quantity": "3", "timestamp": STAMP},
        {"kind": "duplicates", "order_id": "B", "timestamp": STAMP},
    ]
    assert answers.counts == {"duplicates": 1, "late": 1, "poison": 0}
    answers.close()


def test_an_answer_key_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "injected").write_text("a file")
    with pytest.raises(StorageError, match="injected"):
        FaultLog(tmp_path / "injected", "run", "order_id").open()


def test_an_answer_key_on_a_full_disk_is_an_error(tmp_path: Path) -> None:
    answers = FaultLog(tmp_path, "run", "order_id")
    answers.path.symlink_to("/dev/full")
    answers._file = answers.path.open("w", encoding="utf-8")
    with pytest.raises(StorageError, match="No space left"):
        answers.write([Fault("duplicates", "A")], STAMP)
    with pytest.raises(StorageError, match="No space left"):
        answers.close()
