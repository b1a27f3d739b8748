"""orders.csv as any program may write it: good rows arrive whole, bad ones are told by line."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.producer.orders.csv_file import OrdersCsv
from core.producer.orders.encode import ORDER_COLUMNS
from core.textfiles import text_file

pytestmark = pytest.mark.slow

GOOD = {
    "id": ("ORDER_000001", "a", "x:9.-_"),
    "product_id": ("PROD_000001", "p"),
    "customer_id": ("CUST_000001", "c"),
    "quantity": ("1", "1000000"),
    "unit_price": ("0", "39.3", "39.30", "99999999.99"),
    "sold_at": ("2024-05-06T07:08:09Z", "2024-02-29T23:59:59.999999+14:00"),
}
BAD = {
    "id": ("", "é", "-x", "a" * 65, "a b", "[red]", "\x1b[31m"),
    "product_id": ("", "p\n", "\u202e"),
    "customer_id": ("", "c,", '"'),
    "quantity": ("", "0", "-1", "1.0", "1e3", "1000001", "9" * 40, "\u0661"),
    "unit_price": ("", "-0.01", "1.005", ".5", "1e2", "NaN", "100000000", "0x10"),
    "sold_at": ("", "2024-02-30T00:00:00Z", "2024-05-06 07:08:09Z", "2024-05-06", "now"),
}
notes = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@dataclass(frozen=True)
class Line:
    """One row: its fields, whether it is good, and how it is written."""

    fields: dict[str, str]
    good: bool
    note: str
    quoted: bool


@st.composite
def lines(draw: st.DrawFn) -> Line:
    fields = {name: draw(st.sampled_from(values)) for name, values in GOOD.items()}
    good = draw(st.booleans())
    if not good:
        name = draw(st.sampled_from(ORDER_COLUMNS))
        fields[name] = draw(st.sampled_from(BAD[name]))
    return Line(fields, good, draw(notes), draw(st.booleans()))


def written(header: list[str], rows: list[Line], ending: str) -> tuple[bytes, list[int]]:
    """Return a file and the line on which each row begins."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending).writerow(header)
    begins = []
    for row in rows:
        begins.append(text.getvalue().count("\n") + 1)
        quoting = csv.QUOTE_ALL if row.quoted else csv.QUOTE_MINIMAL
        values = {**row.fields, "note": row.note}
        csv.writer(text, lineterminator=ending, quoting=quoting).writerow(
            [values[name] for name in header]
        )
    return text.getvalue().encode(), begins


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "orders.csv"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    header=st.permutations([*ORDER_COLUMNS, "note"]),
    rows=st.lists(lines(), max_size=12),
    ending=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    cut=st.booleans(),
    block=st.sampled_from([64, 200, 1 << 20]),
)
def test_good_rows_arrive_and_bad_ones_are_told_by_line(
    file: Path,
    header: list[str],
    rows: list[Line],
    ending: str,
    bom: bool,
    cut: bool,
    block: int,
) -> None:
    data, begins = written(header, rows, ending)
    if cut:
        data = data.removesuffix(ending.encode())
    file.write_bytes((b"\xef\xbb\xbf" if bom else b"") + data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file, "BLOCK_BYTES", block)
        reader = OrdersCsv(file)
        blocks = list(reader.blocks())
        reader.close()
    got = [row for one in blocks for row in one.rows.to_pylist()]
    told = [row for one in blocks for row in one.rejected]
    expected = [row.fields for row in rows if row.good]
    assert [row["id"] for row in got] == [row["id"] for row in expected]
    for found, meant in zip(got, expected, strict=True):
        assert Decimal(found["unit_price"]) == Decimal(meant["unit_price"])
        assert {**found, "unit_price": ""} == {**meant, "unit_price": ""}
    bad = [line for line, row in zip(begins, rows, strict=True) if not row.good]
    assert [row.line for row in told] == bad
    assert all(row.reason.isprintable() for row in told)
