"""What goes over the socket comes out as it went in: values, batches, letters, errors."""

import inspect
import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors
from core.broker.identity import TopicIdentity
from core.errors import DropshipError, FencedError, WarehouseError
from core.remedies import EXAMINE, SET_UP
from core.warehouse.base import Warehouse
from core.warehouse.dead_letters import letter_from
from core.warehouse.duckdb.staging import events_table
from core.warehouse.model import (
    DeadLetter,
    OffsetAdvance,
    OffsetGap,
    RawBatch,
    StoredDeadLetter,
)
from core.warehouse.shared import messages, values

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)
TOPIC = TopicIdentity("cluster", "orders_topic", "0")
ODD = [
    (None,),
    (True, False, None),
    (0, -1, 2**63 - 1, -(2**63)),
    (2**63, 2**120, None),
    (1.5, -0.0, math.inf, 5e-324),
    ("", "é\x00\u202e\n", "x" * 100_000),
    (b"", b"\x00\xff", bytes(range(256))),
    (Decimal("1.50"), Decimal("1.5"), Decimal("1E+3"), Decimal("-0.00"), None),
    (NOW.replace(tzinfo=None), NOW.replace(1, 1, 1, tzinfo=None), None),
    (NOW, datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
    (date(1, 1, 1), date(9999, 12, 31), None),
    (time(23, 59, 59, 999_999), time(0)),
    (timedelta(days=-1, microseconds=1), timedelta(microseconds=-1), timedelta(days=9)),
    (UUID(int=0), UUID(int=2**128 - 1)),
    ([1, None, "a", [b"\xff"]], (), {"k": Decimal("0.10"), "m": {"n": NOW}}),
    (1, "1", 1.0, None, b"1"),
]


def there_and_back(rows):
    return [row for batch in values.batches(rows) for row in values.rows_of(batch)]


@pytest.mark.parametrize("column", ODD, ids=lambda column: type(column[0]).__name__)
def test_a_column_of_any_type_comes_back_as_it_was(column):
    rows = [(value,) for value in column]
    assert list(map(repr, there_and_back(rows))) == list(map(repr, rows))
    assert list(map(repr, values.from_text(values.to_text(column)))) == list(map(repr, column))


def test_columns_of_all_types_come_back_beside_each_other():
    many = max(map(len, ODD))
    rows = list(zip(*((*column, *[None] * (many - len(column))) for column in ODD), strict=True))
    assert list(map(repr, there_and_back(rows))) == list(map(repr, rows))
    assert there_and_back([]) == []


def test_a_number_that_is_none_stays_so():
    ((found,),) = there_and_back([(math.nan,)])
    assert math.isnan(found)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
    st.dates(),
    st.timedeltas(),
)


@given(st.lists(st.tuples(scalars, scalars | st.lists(scalars))))
def test_rows_of_whatever_comes_back_as_they_were(rows):
    assert list(map(repr, there_and_back(rows))) == list(map(repr, rows))


def test_rows_with_many_bytes_are_sent_in_parts(monkeypatch):
    monkeypatch.setattr(values, "_BYTES", 10_000)
    rows = [(number, b"x" * 3_000) for number in range(50)]
    batches = list(values.batches(rows))
    assert len(batches) > 10
    assert there_and_back(rows) == rows


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(TypeError, match="no way to send a object"):
        values.to_text([object()])


def plain(value):
    return list(value) if isinstance(value, Sequence) else value


def sent(batch: RawBatch) -> RawBatch:
    """Return a batch as it arrives."""
    (head,) = messages.decode(
        messages.encode((messages.batch_head(batch),)), messages.ARGUMENTS["write_batch"]
    )
    return messages.batch_from(head, [messages.batch_events(batch)] if batch.payloads else [])


@pytest.mark.parametrize("types", ["", "order_created", ["a", "é"]])
def test_a_batch_comes_back_as_it_was(types):
    letter = DeadLetter(0, 2, "why", "é", b"\xff", None, [("h", None), ("h", b"\x00")], 2**64 - 1)
    batch = RawBatch(
        TOPIC,
        NOW,
        [0, 3],
        [1, 2**62],
        [b'{"a": 1}', "é\x00".encode()],
        [letter],
        [OffsetAdvance(0, 1, 3, 1)],
        [OffsetGap(0, 1, 2, "retention")],
        [2**64 - 1, 0],
        types,
    )
    found = sent(batch)
    for field in fields(RawBatch):
        there, here = getattr(found, field.name), getattr(batch, field.name)
        assert (
            there == here if isinstance(here, (str, TopicIdentity)) else plain(there) == plain(here)
        )
    assert found.payloads[1] == batch.payloads[1]
    assert events_table(found, 7) == events_table(batch, 7)


def test_a_batch_of_nothing_but_a_move_comes_back():
    batch = RawBatch(TOPIC, NOW, [], [], [], [], [OffsetAdvance(0, 0, 10)], [], [])
    found = sent(batch)
    assert (found.advances, found.payloads[:], found.checksums[:]) == (batch.advances, [], [])
    assert events_table(found, 1) == events_table(batch, 1)


def test_a_dead_letter_comes_back_as_it_was():
    letter = StoredDeadLetter(
        "id", "decode", "why", "é", "t", 1, 2**40, b"\x00", None, (("h", None),), NOW, 3
    )
    ((*row,),) = there_and_back([messages.letter_row(letter)])
    assert letter_from(tuple(row)) == letter


def every_error():
    return [
        known
        for known in vars(errors).values()
        if isinstance(known, type) and issubclass(known, DropshipError)
    ]


@pytest.mark.parametrize("known", every_error())
@pytest.mark.parametrize("transient", [True, False])
def test_an_error_of_ours_comes_back_as_it_was(known, transient):
    error = known("what", hint="how", transient=transient, remedies=[EXAMINE, SET_UP])
    fault = messages.decode(messages.encode(messages.fault_of(error)), messages.Fault)
    found = messages.error_of(fault)
    assert type(found) is known
    assert vars(found) == vars(error)
    assert (found.kind, found.exit_code) == (error.kind, error.exit_code)


def test_an_error_of_an_engine_comes_back_as_what_callers_know():
    class InsideError(WarehouseError):
        pass

    assert type(messages.error_of(messages.fault_of(InsideError("x")))) is WarehouseError
    assert type(messages.error_of(messages.fault_of(FencedError("x")))) is FencedError


def test_a_defect_stays_a_defect():
    found = messages.error_of(messages.fault_of(ZeroDivisionError("by\x1b zero")))
    assert type(found) is RuntimeError
    assert "ZeroDivisionError: by" in str(found)
    assert "\x1b" not in str(found)


def test_every_method_of_the_warehouse_can_be_asked_for():
    methods = {name for name, _one in inspect.getmembers(Warehouse, inspect.isfunction)}
    methods = {name for name in methods if not name.startswith("_")}
    assert set(messages.ARGUMENTS) == methods - {"close", "merge_backlog"}


@pytest.mark.parametrize("method", sorted(messages.ARGUMENTS))
def test_arguments_of_other_types_are_refused(method):
    wrong = messages.encode((object.__name__, {"a": 1}, 3.5, None, []))
    with pytest.raises(msgspec.MsgspecError):
        messages.decode(wrong, messages.ARGUMENTS[method])
