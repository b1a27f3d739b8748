"""The one JSON object: its keys, what it makes of values, that it is written once and whole."""

import json
import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli.output import Fault, Outcome, Output, plain
from core.workers import RunState

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals()
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def outcome(**fields: object) -> Outcome:
    return Outcome("seed", 0, 1.23456, "embedded", "duckdb", None, fields)


def test_the_base_keys_come_first_and_in_order():
    assert list(outcome(customers=1).record()) == [
        "job",
        "ok",
        "exit_code",
        "elapsed_s",
        "backend",
        "error",
        "customers",
    ]


def test_no_job_can_hide_how_it_ended():
    record = outcome(ok=True, exit_code=0, error="mine").record()
    assert record["error"] is None
    failed = Outcome("seed", 4, 0.0, None, None, Fault("internal", "m", "h"), {"ok": True})
    assert failed.record()["ok"] is False
    assert failed.record()["error"] == {"kind": "internal", "message": "m", "hint": "h"}


def test_values_become_what_the_contract_says():
    moment = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert plain(
        {
            "money": Decimal("1234.5"),
            "great": Decimal("123456789012345678.90"),
            "at": moment,
            "path": Path("a/b"),
            "state": RunState.HELD,
            "nan": float("nan"),
            "pair": (1, 2.5),
        }
    ) == {
        "money": "1234.50",
        "great": "123456789012345678.90",
        "at": "2024-01-01T00:00:00.000Z",
        "path": "a/b",
        "state": "held",
        "nan": None,
        "pair": [1, 2.5],
    }


@settings(max_examples=50)
@given(fields=st.dictionaries(st.text(), ANYTHING))
@pytest.mark.slow
def test_anything_becomes_one_line_of_strict_json(fields):
    text = json.dumps(outcome(**fields).record(), ensure_ascii=False, allow_nan=False)
    text.encode()
    assert "\n" not in text
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text)


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_the_record_is_written_once(pipe):
    reading, writing = pipe
    output = Output(writing)
    output.emit_record(outcome())
    output.emit_record(outcome(second=True))
    os.close(writing)
    assert json.loads(os.read(reading, 65_536))["job"] == "seed"


def test_a_record_larger_than_the_pipe_arrives_whole_even_when_it_does_not_block(pipe):
    reading, writing = pipe
    os.set_blocking(writing, False)
    values = [str(number) for number in range(100_000)]

    def write() -> None:
        Output(writing).emit_record(outcome(values=values))
        os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    with open(reading, "rb", closefd=False) as file:
        assert json.loads(file.read())["values"] == values
    writer.join()


def test_a_reader_who_left_is_remembered_not_raised(pipe):
    reading, writing = pipe
    os.close(reading)
    output = Output(writing)
    output.show("text")
    output.emit_record(outcome())
    assert isinstance(output.error, BrokenPipeError)


def test_without_stdout_nothing_happens():
    Output(None).emit_record(outcome())
