"""A dead letter in an editor: the text, its way back to bytes, and what the consumer would say."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dlq.edits import Edit, difference, edited, payload_of, refusal, text_of
from core.errors import InputError
from core.text import clean
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.unit.dlq.test_edited_letters import letter


def test_json_is_laid_out_and_its_numbers_stay_as_they_were_written() -> None:
    payload = b'{"a":1.50,"b":[1e3,{}],"c":"x: {, \\"y\\""}'
    assert text_of(payload) == (
        '{\n  "a": 1.50,\n  "b": [\n    1e3,\n    {}\n  ],\n  "c": "x: {, \\"y\\""\n}'
    )
    changed = text_of(payload).replace("1.50", "2.50")
    assert payload_of(changed, payload) == payload.replace(b"1.50", b"2.50")


@given(st.binary(max_size=60))
def test_what_is_not_changed_comes_back_byte_for_byte(payload: bytes) -> None:
    assert payload_of(text_of(payload), payload) == payload


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_a_changed_text_means_what_it_says(value: object) -> None:
    text = text_of(json.dumps({"a": value}, ensure_ascii=False).encode())
    assert json.loads(payload_of(text, b"another")) == {"a": value}


@given(st.text())
def test_nothing_of_a_text_drives_a_terminal(text: str) -> None:
    shown = text_of(text.encode(errors="surrogatepass"))
    lines = shown.replace("\t", "").replace("\ufffd", "").split("\n")
    assert [clean(part, 10_000) for part in lines] == lines


def test_bytes_that_are_no_text_are_refused_until_they_are_mended() -> None:
    text = text_of(b'{"a": "\xff"}')
    assert text == '{"a": "\\xff"}'
    assert refusal(payload_of(text + " ", b""), ORDERS).startswith("invalid_json: ")


def test_an_edit_is_judged_as_the_consumer_would() -> None:
    assert refusal(event(1), ORDERS) == ""
    assert refusal(event(1, quantity=-1), ORDERS).startswith("out_of_range: ")
    letters = [letter(b"bad", number=1), letter(b"{", number=2, key=None)]
    merged = replace(letters[1], stage="merge")
    found = edited([letters[0], merged], [Edit(merged.event_id, event(5))], ORDERS)
    assert found[0] is letters[0]
    assert (found[1].payload, found[1].key) == (event(5), b"ORDER_000005")
    assert found[1].replayable
    with pytest.raises(InputError, match=r"orders_topic/0/1: the edited payload is still bad"):
        edited(letters, [Edit(letters[0].event_id, b"{}")], ORDERS)


def test_a_difference_names_the_lines_that_went_and_came() -> None:
    found = difference(b'{"a":1,"b":2}', b'{"a":1,"b":3}')
    assert [(one.sign, one.text) for one in found] == [
        (" ", "{"),
        (" ", '  "a": 1,'),
        ("-", '  "b": 2'),
        ("+", '  "b": 3'),
        (" ", "}"),
    ]
    assert [one.sign for one in difference(None, b"x")] == ["-", "+"]
