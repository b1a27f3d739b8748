"""Records as the fields of their events, and a tail that stands still."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from core.operations.tail_record import TailRecord
from core.pipeline import builtin
from tests.support.moments import NOW, frame
from tui.row_table import lay_out
from tui.views.event_columns import came_since, short_key
from tui.views.events import records_table

DEFINITION = builtin().definition
FORMATS = frame().formats


def order(number: int, partition: int = 0) -> TailRecord:
    fields = {
        "id": f"STREAM_20261128T101500_{number:06d}",
        "product_id": f"PROD_{number:06d}",
        "customer_id": "CUST_000007",
        "quantity": 3,
        "unit_price": 12.5,
        "sold_at": "2026-11-28T10:15:00Z",
    }
    value = json.dumps({"event_type": "order_created", "order": fields}).encode()
    at = NOW + timedelta(seconds=number)
    return TailRecord(partition, number, at, fields["id"].encode(), value, len(value))


def shown(records, width):
    table = records_table(records, FORMATS, DEFINITION)
    layout = lay_out(table.columns, width)
    lines = [layout.head(), *(layout.line(row) for row in table.rows)]
    assert all(line.width <= width for line in lines)
    return [line.text for line in lines]


def test_an_order_shows_its_fields_in_place_of_json_and_the_end_of_its_key():
    head, *rows = shown((order(1), order(2)), 116)
    for title in ("product", "customer", "quantity", "unit_price"):
        assert title in head
    for number, row in enumerate(rows, start=1):
        assert f"PROD_{number:06d}" in row
        assert f"00000{number}" in row.split("PROD")[0].split()[-1]
        assert "CUST_000007" in row
        assert row.split()[-3:-1] != []
        assert {"3", "12.5"} <= set(row.split())
        assert "{" not in row


def test_a_price_stands_as_the_event_has_it():
    whole = order(1)
    value = whole.value.replace(b"12.5", b"72.90")
    assert value != whole.value
    _head, row = shown((replace(whole, value=value),), 116)
    assert "72.90" in row.split()


def test_in_a_small_terminal_key_product_quantity_and_price_stay():
    head, row = shown((order(1),), 76)
    assert head.split() == ["key", "product", "quantity", "unit_price"] or "product" in head
    for text in ("PROD_000001", "12.5", " 3 ", "000001"):
        assert text in row + " "


@pytest.mark.parametrize("value", [b"no json \xff", b'{"other": 1}', None, b"[1]"])
def test_what_is_no_event_is_shown_as_it_is(value):
    bad = TailRecord(0, 9, NOW, b"k", value, len(value or b""))
    _head, row = shown((bad,), 116)
    told = "(tombstone)" if value is None else value[:7].decode()
    assert told in row


def test_the_filter_still_finds_words_of_the_whole_value():
    (row,) = records_table((order(1),), FORMATS, DEFINITION).rows
    assert row.matches(["order_created"])


@pytest.mark.parametrize(
    ("key", "shared", "told"),
    [
        ("ORDER_000042", 6, "ORDER_000042"),
        ("STREAM_20261128T101500_000001", 28, "…28T101500_000001"),
        ("a" * 10 + "0123456789012345678901234567", 10, "…01234567…01234567"[:18]),
    ],
)
def test_a_long_key_loses_what_all_begin_with(key, shared, told):
    short = short_key(key, shared)
    assert len(short) <= 18
    assert short[-6:] == key[-6:]
    assert short == told or short.startswith("…")


def test_what_came_since_is_counted_by_partition():
    listed = (order(5), order(4), order(9, partition=1))
    newest = (order(300), order(299), order(9, partition=1), order(2, partition=2))
    assert came_since(listed, listed) == 0
    assert came_since(listed, newest) == 295 + 0 + 1
