"""A row passes here exactly when the consumer takes the event that is made of it."""

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from core.producer.orders.encode import ORDER_COLUMNS, ORDER_SCHEMA, encode
from core.producer.orders.rules import usable_rows, why_unusable, with_exact_prices
from tests.support.decoding import decode_batch
from tests.unit.producer.rows import row

STAMP = "2024-05-31T12:30:00.000Z"

ids = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z"),
    st.text(max_size=6),
    st.sampled_from(["", "a" * 64, "a" * 65, 'a"b', "a\\b", "-a", "é"]),
)
quantities = st.one_of(st.integers(-5, 1_000_010).map(str), st.text(max_size=4))
prices = st.one_of(
    st.decimals(-1, 100_000_000, places=2).map(str),
    st.decimals(0, 100, places=1).map(str),
    st.sampled_from(["00.10", "1.", ".5", "1.005", "99999999.99", "0", "+1", "-0.00"]),
)
times = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.datetimes().map(lambda moment: moment.isoformat() + "+05:30"),
    st.sampled_from(
        [
            "2024-02-29T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00+00:01",
            "2261-12-31T23:59:59-23:59",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00.123456789Z",
            "2024-01-01 00:00:00Z",
            "2024-01-01t00:00:00z",
            "2024-01-01T00:00:00",
        ]
    ),
)
rows = st.fixed_dictionaries(
    {
        "id": ids,
        "product_id": ids,
        "customer_id": ids,
        "quantity": quantities,
        "unit_price": prices,
        "sold_at": times,
    }
)


def batch(cells: list[dict[str, str]]) -> pa.RecordBatch:
    columns = [pa.array([one[name] for one in cells], pa.string()) for name in ORDER_COLUMNS]
    return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)


@given(st.lists(st.one_of(rows, st.builds(row, st.integers(1, 999))), min_size=1, max_size=6))
@example([row(1, sold_at="2024-01-01T00:00:00.123456789Z"), row(2, sold_at="2023-02-29T00:00:00Z")])
def test_what_passes_is_what_the_consumer_takes(cells: list[dict[str, str]]) -> None:
    checked = batch(cells)
    usable = usable_rows(checked)
    flags = [True] * len(cells) if usable is None else usable.to_pylist()
    assert flags == [
        why_unusable(tuple(one[name] for name in ORDER_COLUMNS)) == "" for one in cells
    ]
    kept = checked if usable is None else checked.filter(usable)
    _keys, values = encode(with_exact_prices(kept), STAMP)
    assert decode_batch(values).rejected == []


def test_a_whole_batch_of_good_rows_needs_no_flags() -> None:
    assert usable_rows(batch([row(1), row(2)])) is None
    assert usable_rows(batch([])) is None
