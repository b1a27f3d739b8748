"""Compares a warehouse file with what was published: every byte, key column, order and offset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.torture.events import expected, is_broken, makes_an_order, value

_CHUNK = 20_000
_EVENTS = """
    SELECT kafka_partition, kafka_offset, event_id, source_id, encode(CAST(payload AS VARCHAR))
    FROM mon_schema.orders_events
"""
_LETTERS = """
    SELECT kafka_partition, kafka_offset, event_id, source_id, payload
    FROM mon_schema.dead_letters
"""
_ORDERS = """
    SELECT id, product_id, customer_id, quantity, unit_price, sold_at FROM mon_schema.orders
"""
_NUMBERS = "SELECT count(*), count(DISTINCT seq) FROM mon_schema.orders_events"
_OFFSETS = "SELECT kafka_partition, next_offset FROM mon_schema.consumer_offsets"
_SHOWN = 5


@dataclass
class Found:
    """What the audit saw, and the first things that are not as published."""

    events: int = 0
    letters: int = 0
    orders: int = 0
    wrong: int = 0
    examples: tuple[str, ...] = ()

    def note(self, what: str) -> None:
        """Count one thing that is wrong."""
        self.wrong += 1
        if len(self.examples) < _SHOWN:
            self.examples = (*self.examples, what)


def audit(file: Path, ends: Mapping[int, int]) -> Found:
    """Compare all of it. ends: the number of records that each partition got."""
    found = Found()
    with duckdb.connect(str(file), read_only=True) as base:
        stored = dict(base.execute(_OFFSETS).fetchall())
        if stored != dict(ends):
            found.note(f"offsets {stored}, published {dict(ends)}")
        seen = {partition: bytearray(end) for partition, end in ends.items()}
        for letter, statement in enumerate((_EVENTS, _LETTERS)):
            for row in _rows(base, statement):
                _record(found, seen, row, letter=bool(letter))
        for partition, marks in seen.items():
            if missing := marks.count(0):
                found.note(f"partition {partition}: {missing} records missing")
        rows, numbers = base.execute(_NUMBERS).fetchall()[0]
        if rows != numbers:
            found.note(f"{rows} events have {numbers} numbers")
        _orders(found, _rows(base, _ORDERS), ends)
    return found


def _rows(base: duckdb.DuckDBPyConnection, statement: str) -> Iterator[tuple[Any, ...]]:
    cursor = base.execute(statement)
    while chunk := cursor.fetchmany(_CHUNK):
        yield from chunk


def _record(
    found: Found, seen: Mapping[int, bytearray], row: tuple[Any, ...], *, letter: bool
) -> None:
    partition, offset, event_id, source, payload = row
    marks = seen.get(partition)
    where = f"{partition}/{offset}"
    if marks is None or not 0 <= offset < len(marks):
        found.note(f"{where}: nothing was published there: {payload!r}")
        return
    if marks[offset]:
        found.note(f"{where}: twice")
    marks[offset] = 1
    if bytes(payload) != value(partition, offset) or letter != is_broken(offset):
        found.note(f"{where}: {bytes(payload)!r} in place of {value(partition, offset)!r}")
    if event_id != f"{source}-{partition}-{offset}":
        found.note(f"{where}: event_id {event_id!r}")
    if letter:
        found.letters += 1
    else:
        found.events += 1


def _orders(found: Found, rows: Iterator[tuple[Any, ...]], ends: Mapping[int, int]) -> None:
    seen = {partition: bytearray(end) for partition, end in ends.items()}
    for row in rows:
        found.orders += 1
        try:
            partition, made_at = (int(part) for part in row[0][1:].split("_"))
            twice, seen[partition][made_at] = seen[partition][made_at], 1
            right = not twice and row == expected(partition, made_at, ends[partition])
        except (ValueError, KeyError, IndexError):
            right = False
        if not right:
            found.note(f"order {row!r}")
    wanted = sum(sum(map(makes_an_order, range(end))) for end in ends.values())
    if found.orders != wanted:
        found.note(f"{found.orders} orders, {wanted} were made")
