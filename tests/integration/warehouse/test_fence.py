"""The fence lets exactly one offset through: none before it, none after it, no other topic."""

import pytest
import sqlglot
from sqlglot import exp

from core.broker.identity import TopicIdentity
from core.errors import FencedError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, OffsetGap, RawBatch
from core.warehouse.snowflake.scripts import split_statements
from core.warehouse.sqlfiles import statement
from tests.support.consuming import START
from tests.support.snowflake_sql import body_statements

HERE = TopicIdentity("cluster", "orders_topic", "one")
ELSEWHERE = TopicIdentity("cluster", "orders_topic", "two")


def moves(identity: TopicIdentity, *advances: OffsetAdvance) -> RawBatch:
    gaps = [
        OffsetGap(move.partition, move.from_offset, move.next_offset, "evicted")
        for move in advances
    ]
    return RawBatch(
        identity=identity,
        received_at=START,
        partitions=[],
        offsets=[],
        payloads=[],
        dead_letters=[],
        advances=advances,
        gaps=gaps,
    )


@pytest.fixture
def stored(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    """A warehouse with offset 5 in two partitions of one topic, and in one of another."""
    warehouse.register_partitions(HERE, {0: 5, 1: 5})
    warehouse.register_partitions(ELSEWHERE, {0: 5})
    return warehouse


@pytest.mark.parametrize("expected", [0, 4, 6, 7, 100])
def test_an_offset_that_is_not_the_stored_one_is_refused(
    stored: DuckDbWarehouse, expected: int
) -> None:
    with pytest.raises(FencedError, match="partitions 0") as caught:
        stored.write_batch(moves(HERE, OffsetAdvance(0, expected, 200)))
    assert caught.value.transient
    assert stored.stored_offsets(HERE) == {0: 5, 1: 5}
    assert stored.rows("inspect_gaps", [10]) == []


@pytest.mark.parametrize("expected", [4, 6])
def test_one_partition_that_is_refused_refuses_the_batch(
    stored: DuckDbWarehouse, expected: int
) -> None:
    batch = moves(HERE, OffsetAdvance(0, 5, 9), OffsetAdvance(1, expected, 9))
    with pytest.raises(FencedError):
        stored.write_batch(batch)
    assert stored.stored_offsets(HERE) == {0: 5, 1: 5}
    assert stored.rows("inspect_gaps", [10]) == []


def test_the_stored_one_passes_and_moves_nothing_else(stored: DuckDbWarehouse) -> None:
    stored.write_batch(moves(HERE, OffsetAdvance(0, 5, 9, skipped=2)))
    stored.write_batch(moves(HERE, OffsetAdvance(0, 9, 10, skipped=1)))
    assert stored.stored_offsets(HERE) == {0: 10, 1: 5}
    assert stored.stored_offsets(ELSEWHERE) == {0: 5}
    skipped = {
        (row[1], row[2]): row[5] for row in stored.rows("inspect_offsets") if row[1] is not None
    }
    assert skipped[HERE.source_id, 0] == 3
    assert sum(skipped.values()) == 3


def test_a_partition_that_was_never_claimed_is_refused(stored: DuckDbWarehouse) -> None:
    with pytest.raises(FencedError):
        stored.write_batch(moves(HERE, OffsetAdvance(7, 0, 1)))
    with pytest.raises(FencedError):
        stored.write_batch(moves(ELSEWHERE, OffsetAdvance(1, 5, 6)))


def advancing(dialect: str) -> exp.Expr:
    """The statement that moves offsets; on Snowflake it stands in a procedure."""
    if dialect == "duckdb":
        return sqlglot.parse_one(statement(dialect, "advance_offsets", "a"), dialect=dialect)
    (procedure,) = (
        part
        for part in split_statements(statement(dialect, "03_tables", "a"))
        if "store_batch(" in part
    )
    (update,) = (part for part in body_statements(procedure) if part.startswith("UPDATE"))
    return sqlglot.parse_one(update, dialect=dialect)


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake"])
def test_both_dialects_compare_for_equality_alone(dialect: str) -> None:
    """The fake Snowflake runs the same cases elsewhere; this looks at its statement."""
    where = advancing(dialect).find(exp.Where)
    assert where is not None
    conditions = list(where.this.flatten()) if isinstance(where.this, exp.And) else []
    assert len(conditions) == 3
    assert {type(condition) for condition in conditions} == {exp.EQ}
    compared = {frozenset(column.name for column in c.find_all(exp.Column)) for c in conditions}
    assert frozenset({"next_offset", "expected"}) in compared
