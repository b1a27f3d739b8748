"""Bytes from outside, shown whole and harmless."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.support.moments import frame
from tui.views.payload import hex_rows, indented, payload, preview, wrapped

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
FORMATS = frame().formats


def shown(value, size=None, width=80):
    lines = payload(value, len(value or b"") if size is None else size, width, FORMATS)
    assert all(entry.width <= width for entry in lines)
    return [entry.text for entry in lines]


@given(st.binary(max_size=600))
def test_no_bytes_reach_the_terminal_as_commands(value):
    assert not UNSAFE.search("".join(shown(value)))
    assert not UNSAFE.search(preview(value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON.filter(lambda value: isinstance(value, (dict, list))))
def test_indented_json_means_the_same(value):
    assert json.loads("\n".join(indented(json.dumps(value)))) == value


def test_numbers_stay_as_they_were_written():
    lines = shown(b'{"price":30.50,"n":[1,2],"t":"a,b:{\\"}"}')
    assert lines[:3] == ["{", '  "price": 30.50,', '  "n": [']
    assert '  "t": "a,b:{\\"}"' in lines


def test_hostile_text_is_kept_as_text():
    value = b"[red]a[/] [@click=app.quit] \x1b]52;c;aGk=\x07 \xc2\x9b31m \xe2\x80\xaeb \xe2\x80\x8b"
    text = "\n".join(shown(value))
    assert "[red]a[/] [@click=app.quit]" in text
    assert "1b 5d 35 32" in text
    assert not UNSAFE.search(text.replace("\n", ""))


def test_long_payloads_are_whole():
    assert sum(entry.count("y") for entry in shown(b"y" * 10_000)) == 10_000


def test_what_is_cut_says_so():
    assert shown(b"abc", 5_000_000)[0] == "the first 3 B of 5.0 MB"


def test_nothing_and_empty_are_told_apart():
    assert shown(None) == ["no value (a tombstone)"]
    assert shown(b"") == ["an empty value"]
    assert preview(None) != preview(b"")


def test_a_hundred_thousand_levels_do_no_harm():
    assert shown(b"[" * 100_000)


def test_previews_leave_out_what_every_record_begins_with():
    value = b'{"event_type":"order_created","order":{"id":"ORDER_1"}}'
    assert preview(value) == '…{"id":"ORDER_1"}}'


def test_hex_rows_line_up():
    rows = hex_rows(bytes(range(40)), 80)
    assert [row.index("  ", 6) for row in rows[:2]] == [53, 53]
    assert rows[2].startswith("0020  20 21")
    assert all(len(row) <= 39 for row in hex_rows(bytes(range(40)), 39))


@given(st.text(max_size=300), st.integers(min_value=2, max_value=80))
def test_wrapping_loses_nothing(text, width):
    assert "".join(wrapped(text, width)) == text
