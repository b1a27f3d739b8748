"""Each kind of bad record has its own reason, and a line that says where and what."""

import re
import tracemalloc
from pathlib import Path

import pytest

from core.consumer.decoders.base import Rejection
from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.reasons import REASONS
from tests.support.any_pipeline import simple
from tests.support.decoding import decode_batch

GOOD = (
    b'{"event_type":"order_created","order":{"id":"ORDER_000001","product_id":"PROD_000001",'
    b'"customer_id":"CUST_000001","quantity":2,"unit_price":39.30,"sold_at":"2024-05-17T09:30:00Z"},'
    b'"timestamp":"2026-01-05T10:00:00.250Z"}'
)


def changed(old, new):
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


CASES = [
    (None, "tombstone", "no value"),
    (b"", "empty", "no bytes"),
    (b" " * 65_537, "oversized", "65537 bytes, more than 65536"),
    (changed(b"ORDER_", b"\xff"), "invalid_utf8", "byte 45 "),
    (changed(b"ORDER_", b"\\ud800"), "invalid_utf8", "surrogate"),
    (changed(b'"timestamp"', b'"\\udc00":1,"timestamp"'), "invalid_utf8", "surrogate"),
    (GOOD[:-1], "invalid_json", "line 1, column"),
    (b"\xef\xbb\xbf" + GOOD, "invalid_json", "column 1"),
    (GOOD.decode().encode("utf-16"), "invalid_utf8", "byte 0 "),
    (GOOD + b"{}", "invalid_json", "Extra data"),
    (b" \n", "invalid_json", "line 2"),
    (changed(b'"quantity":2', b'"quantity":02'), "invalid_json", "column"),
    (changed(b'"quantity":2', b'"quantity":2,"quantity":2'), "duplicate_key", "quantity"),
    (changed(b'"quantity":2', b'"quantity":2,"\\u0071uantity":3'), "duplicate_key", "quantity"),
    (changed(b'"timestamp"', b'"x":{"a":[{"b":1,"b":2}]},"timestamp"'), "duplicate_key", "key b"),
    (changed(b"39.30", b"NaN"), "not_a_number", "NaN"),
    (changed(b"39.30", b"-Infinity"), "not_a_number", "-Infinity"),
    (changed(b"39.30", b'"1e2"'), "not_a_number", 'order.unit_price: "1e2"'),
    (changed(b"39.30", b'" 1"'), "not_a_number", "order.unit_price"),
    (changed(b'"timestamp"', b'"x":' + b"[" * 32 + b"]" * 32 + b',"timestamp"'), "too_deep", "32"),
    (b"[" * 30_000, "too_deep", "32"),
    (changed(b'"quantity":2,', b""), "missing_field", "order.quantity"),
    (b"{}", "missing_field", "event_type"),
    (b"null", "wrong_type", "event: must be an object, is null"),
    (b"[1]", "wrong_type", "is a list"),
    (changed(b'"quantity":2', b'"quantity":"2"'), "wrong_type", 'whole number, is "2"'),
    (changed(b'"quantity":2', b'"quantity":2.0'), "wrong_type", "is 2.0"),
    (changed(b'"quantity":2', b'"quantity":true'), "wrong_type", "is true"),
    (changed(b"39.30", b"false"), "wrong_type", "order.unit_price"),
    (changed(b'"2024-05-17T09:30:00Z"', b"1715938200"), "wrong_type", "order.sold_at"),
    (changed(b'"ORDER_000001"', b"1"), "wrong_type", "order.id: must be a string, is 1"),
    (changed(b'"order_created"', b"null"), "wrong_type", "event_type"),
    (changed(b'"quantity":2', b'"quantity":0'), "out_of_range", "order.quantity: 0 "),
    (changed(b'"quantity":2', b'"quantity":1000001'), "out_of_range", "1 to 1000000"),
    (changed(b'"quantity":2', b'"quantity":' + b"9" * 60_000), "out_of_range", "order.quantity"),
    (changed(b"39.30", b"-1.00"), "out_of_range", "order.unit_price: -1.00"),
    (changed(b"39.30", b"39.305"), "out_of_range", "two decimals"),
    (changed(b"39.30", b"39.3" + b"0" * 40), "out_of_range", "too many digits"),
    (changed(b"39.30", b"100000000"), "out_of_range", "99999999.99"),
    (changed(b"39.30", b"1e400"), "out_of_range", "order.unit_price"),
    (changed(b"39.30", b"1e" + b"9" * 30), "out_of_range", "order.unit_price"),
    (changed(b"2026-01-05", b"1969-01-05"), "out_of_range", "timestamp"),
    (changed(b"2026-01-05", b"2263-01-05"), "out_of_range", "1970 to 2262"),
    (changed(b"ORDER_000001", b""), "invalid_id", "order.id"),
    (changed(b"PROD_000001", b"P 1"), "invalid_id", 'order.product_id: "P 1"'),
    (changed(b"CUST_000001", b"C" * 65), "invalid_id", "order.customer_id"),
    (changed(b"ORDER_000001", b"O\\u0000"), "invalid_id", "\ufffd"),
    (changed(b"ORDER_000001", b"O1\\n"), "invalid_id", "order.id"),
    (changed(b"ORDER_000001", "Ö1".encode()), "invalid_id", "Ö1"),
    (
        changed(b"2024-05-17T09:30:00Z", b"2024-05-17 09:30:00"),
        "invalid_timestamp",
        "order.sold_at",
    ),
    (changed(b"T09:30:00Z", b"T09:30:60Z"), "invalid_timestamp", "09:30:60"),
    (changed(b"T09:30:00Z", b"T24:00:00Z"), "invalid_timestamp", "24:00:00"),
    (changed(b"T09:30:00Z", b"t09:30:00z"), "invalid_timestamp", "order.sold_at"),
    (changed(b"2024-05-17", b"2023-02-29"), "invalid_timestamp", "2023-02-29"),
    (changed(b"order_created", b"order_deleted"), "unknown_event_type", '"order_deleted"'),
    (changed(b"order_created", b""), "unknown_event_type", "order_created"),
]


@pytest.mark.parametrize(
    ("payload", "reason", "told"), CASES, ids=[f"{case[1]}: {case[2]}" for case in CASES]
)
def test_a_bad_record_is_refused_with_its_reason(payload, reason, told):
    decoded = decode_batch([GOOD, payload, GOOD])
    assert decoded.good == [0, 2]
    [rejection] = decoded.rejected
    assert (rejection.index, rejection.reason) == (1, reason)
    assert told in rejection.detail


OTHERS = [
    (b'{"id":"a","day":"2023-02-29"}', "invalid_date", 'day: "2023-02-29"'),
    (b'{"id":"a","uuid":"123e4567"}', "invalid_uuid", 'uuid: "123e4567"'),
    (b'{"id":"a","color":"blue"}', "not_allowed", 'color: "blue" is none of: "red", "green"'),
    (b'{"id":"a","code":"X1y"}', "pattern_mismatch", 'code: "X1y" does not match'),
    (b'{"id":"a","place":{"north":1}}', "unknown_field", "place.north: "),
]


@pytest.mark.parametrize(("payload", "reason", "told"), OTHERS, ids=[case[1] for case in OTHERS])
def test_a_record_of_another_pipeline_is_refused_with_its_reason(payload, reason, told):
    fields = {
        "id": {"type": "identifier"},
        "day": {"type": "date", "required": False},
        "uuid": {"type": "uuid", "required": False},
        "color": {"type": "text", "required": False, "one_of": ("red", "green")},
        "code": {"type": "text", "required": False, "pattern": "[A-Z][0-9]"},
        "place.x": {"type": "number", "required": False},
    }
    good = b'{"id":"a","day":"2024-02-29","color":"red","code":"X1","place":{"x":0.5}}'
    decoded = JsonDecoder(simple(fields, unknown_fields="reject")).decode([good, payload, good])
    assert decoded.good == [0, 2]
    [rejection] = decoded.rejected
    assert rejection.reason == reason
    assert rejection.detail.startswith(told)


OF_SCHEMAS = {"not_wire_format", "schema_mismatch", "unusable_schema"}
"""Given in test_decode_registry."""


def test_every_reason_is_given_and_documented():
    assert {case[1] for case in (*CASES, *OTHERS)} | OF_SCHEMAS == REASONS
    text = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z0-9_]+)` \| .* \| .* \|$", text, re.MULTILINE)) == REASONS


def test_the_event_type_is_judged_first():
    [rejection] = decode_batch([b'{"event_type":"customer_created","customer":{}}']).rejected
    assert rejection.reason == "unknown_event_type"


def test_no_outside_string_drives_the_terminal():
    hostile = "\\u001b[31m\\u202e\\u200b[/]"
    batch = [
        changed(b"ORDER_000001", hostile.encode()),
        changed(b'"quantity":2', f'"{hostile}":1,"{hostile}":2'.encode()),
        changed(b"order_created", hostile.encode()),
        changed(b"39.30", f'"{hostile}"'.encode()),
        changed(b"2024-05-17T09:30:00Z", hostile.encode()),
    ]
    details = [rejection.detail for rejection in decode_batch(batch).rejected]
    assert len(details) == len(batch)
    for detail in details:
        assert "\ufffd" in detail
        assert not set("\x1b\u202e\u200b\n") & set(detail)


def test_details_stay_short():
    batch = [
        changed(b"ORDER_000001", b"x" * 60_000),
        changed(b"39.30", b"1." + b"1" * 60_000),
        changed(b'"quantity":2', b'"' + b"k" * 30_000 + b'":1,"' + b"k" * 30_000 + b'":2'),
    ]
    assert max(len(rejection.detail) for rejection in decode_batch(batch).rejected) < 200


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"order":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'"' + b"x" * 1_000_000 + b'"',
        b"9" * 1_000_000,
        b"[" + b"0," * 500_000 + b"0]",
        b'"' * 1_000_000,
    ],
    ids=["open lists", "open objects", "nested lists", "string", "number", "long list", "quotes"],
)
@pytest.mark.parametrize("max_bytes", [65_536, 2_000_000])
def test_a_megabyte_of_anything_is_refused_within_bounds(payload, max_bytes):
    tracemalloc.start()
    try:
        decoded = decode_batch([GOOD, payload, GOOD], max_bytes=max_bytes)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoded.good == [0, 2]
    if max_bytes < len(payload):
        assert decoded.rejected[0].reason == "oversized"
    assert peak < 60_000_000


def test_a_batch_of_nothing():
    decoded = decode_batch([])
    assert (decoded.good, decoded.event_times_us.tolist(), decoded.rejected) == ([], [], [])
    assert decoded.event_times_us.dtype == "int64"


def test_a_rejection_is_a_plain_tuple():
    assert decode_batch([None]).rejected == [
        Rejection(0, "tombstone", "the record has no value (a tombstone)")
    ]
