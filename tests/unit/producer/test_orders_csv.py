"""orders.csv as people make it: what is readable is read, the rest is named with its line."""

import csv
import errno
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.producer.orders.csv_file import OrdersCsv
from core.textfiles import text_file
from core.textfiles.csv_records import MAX_RECORD_BYTES, scan
from tests.unit.producer.rows import HEADER, line, read, row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def write(file: Path, *lines: bytes, header: bytes = HEADER, end: bytes = b"\n") -> None:
    file.write_bytes(end.join((header, *lines)) + end)


def ids(good: list[dict[str, str]]) -> list[int]:
    return [int(order["id"].removeprefix("ORDER_")) for order in good]


def test_a_plain_file_is_read_whole(file: Path) -> None:
    write(file, line(1), line(2, unit_price="7.5"))
    good, rejected = read(file.parent)
    assert good == [row(1), row(2, unit_price="7.50")]
    assert rejected == []
    assert read(file) == (good, rejected)


def test_a_file_whose_size_nobody_tells_is_read_without_a_share(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, line(1), line(2))

    def refused(_descriptor: int) -> os.stat_result:
        raise OSError(errno.EOVERFLOW, os.strerror(errno.EOVERFLOW))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refused)
        opened = OrdersCsv(file)
    assert opened.fraction is None
    assert sum(block.rows.num_rows for block in opened.blocks()) == 2
    assert opened.fraction is None
    opened.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + HEADER + b"\n" + line(1) + b"\n" + line(2) + b"\n",
        HEADER + b"\r\n" + line(1) + b"\r\n" + line(2) + b"\r\n",
        HEADER + b"\n" + line(1) + b"\n" + line(2),
        HEADER + b"\n\n" + line(1) + b"\n\r\n" + line(2) + b"\n\n",
        b'"'
        + HEADER.replace(b",", b'","')
        + b'"\n"'
        + line(1).replace(b",", b'","')
        + b'"\n'
        + line(2)
        + b"\r\n",
    ],
    ids=["byte order mark", "CRLF", "no last line end", "blank lines", "quotes"],
)
def test_the_usual_variants_are_read(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    good, rejected = read(file)
    assert good == [row(1), row(2)]
    assert rejected == []


def test_columns_may_come_in_any_order_and_with_others_between(file: Path) -> None:
    write(
        file,
        b'"a, ""note""\nover two lines",39.30,2,2024-05-01T12:00:11Z,CUST_000001,x,PROD_000007,'
        b"ORDER_000001",
        b'5" pipe,39.30,2,2024-05-01T12:00:11Z,CUST_000001,x,PROD_000007,ORDER_000002',
        b"-,0,2,2024-05-01T12:00:11Z,CUST_000001,x,PROD_000007,ORDER_000003",
        b"-,free,2,2024-05-01T12:00:11Z,CUST_000001,x,PROD_000007,ORDER_000004",
        header=b"note,unit_price,quantity,sold_at,customer_id,more, product_id ,id",
    )
    good, rejected = read(file)
    assert good == [row(1), row(2), row(3, unit_price="0.00")]
    assert [bad.line for bad in rejected] == [6]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"id": ""}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"customer_id": "Müller"}, "customer_id"),
        ({"product_id": "_1"}, "product_id"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "2.0"}, "quantity"),
        ({"quantity": "1000001"}, "quantity"),
        ({"quantity": "two"}, "quantity"),
        ({"quantity": "٣"}, "quantity"),
        ({"unit_price": "-1.00"}, "unit_price"),
        ({"unit_price": "1.234"}, "unit_price"),
        ({"unit_price": "1e3"}, "unit_price"),
        ({"unit_price": "100000000.00"}, "unit_price"),
        ({"unit_price": "NaN"}, "unit_price"),
        ({"sold_at": "2024-05-01T12:00:11"}, "sold_at"),
        ({"sold_at": "2023-02-29T12:00:11Z"}, "sold_at"),
        ({"sold_at": "2024-13-01T12:00:11Z"}, "sold_at"),
        ({"sold_at": "1970-01-01T00:00:00+01:00"}, "sold_at"),
        ({"sold_at": "3024-05-01T12:00:11Z"}, "sold_at"),
        ({"sold_at": "01/05/2024"}, "sold_at"),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_with_its_line(
    file: Path, cells: dict[str, str], column: str
) -> None:
    write(file, line(1), line(2, **cells), line(3))
    good, rejected = read(file)
    assert ids(good) == [1, 3]
    assert [(bad.line, bad.reason.split(" ")[0].rstrip(":")) for bad in rejected] == [(3, column)]


def test_hostile_cells_are_harmless_in_the_reason(file: Path) -> None:
    write(file, line(1, quantity="\x1b[2J\u202e[red]"))
    _good, rejected = read(file)
    assert "\x1b" not in rejected[0].reason
    assert "\u202e" not in rejected[0].reason


def test_broken_rows_among_good_ones_have_exact_lines(file: Path) -> None:
    write(
        file,
        line(1),  # 2
        b"only,two",  # 3
        b'"' + line(2).replace(b",", b'","') + b'"',  # 4
        b"",  # 5
        line(3) + b",one too many",  # 6
        line(4).replace(b"CUST", b"\xff\xfe"),  # 7
        b"x" * 10_000_000,  # 8
        line(5),  # 9
        b'ORDER_000006,"CUST_000001"x,PROD_000007,2,39.30,2024-05-01T12:00:11Z',  # 10
        line(7),  # 11
        b'ORDER_000008,"never closed,PROD_000007,2,39.30,2024-05-01T12:00:11Z',  # 12
        line(9),  # 13
        line(10)[:-9],  # 14
    )
    good, rejected = read(file)
    assert ids(good) == [1, 2, 3 + 2, 7, 9]
    assert [bad.line for bad in rejected] == [3, 6, 7, 8, 10, 12, 14]


def test_lines_stay_exact_over_many_blocks(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "BLOCK_BYTES", 1_000)
    lines = [line(number) for number in range(1, 301)]
    for bad in (50, 150, 250):
        lines[bad - 2] = line(bad, quantity="none")
    lines[99] = b'"' + lines[99].replace(b",", b'","') + b'"'
    write(file, *lines, end=b"\r\n")
    good, rejected = read(file)
    assert [bad.line for bad in rejected] == [50, 150, 250]
    assert len(good) == 297


def test_a_line_longer_than_memory_allows_is_skipped_across_blocks(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "BLOCK_BYTES", 100_000)
    write(file, line(1), b'"' + b"y" * (3 * MAX_RECORD_BYTES), line(2), b"bad")
    good, rejected = read(file)
    assert ids(good) == [1, 2]
    assert [bad.line for bad in rejected] == [3, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"id,customer_id,product_id,quantity,sold_at\n", "unit_price"),
        (HEADER.replace(b",", b";") + b"\n", "separated by semicolons"),
        (HEADER + b",id\n", "twice"),
        ("id,größe\n".encode("latin-1"), "UTF-8"),
        (HEADER.decode().encode("utf-16"), "UTF-8"),
        (b"x" * 200_000, "header"),
    ],
)
def test_a_file_that_is_no_orders_file_is_refused(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        OrdersCsv(file)
    assert str(file) in caught.value.message
    assert caught.value.hint


def test_a_missing_file_and_a_directory_are_refused(file: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        OrdersCsv(file.parent)
    assert "--run seed" in caught.value.hint
    file.mkdir()
    with pytest.raises(InputError, match="directory"):
        OrdersCsv(file.parent)


def test_a_header_alone_gives_nothing(file: Path) -> None:
    for data in (HEADER, HEADER + b"\n"):
        file.write_bytes(data)
        assert read(file) == ([], [])


def test_the_share_read_grows_to_one(file: Path) -> None:
    write(file, *(line(number) for number in range(1, 50_000)))
    source = OrdersCsv(file)
    shares = [source.fraction or 0.0 for _block in source.blocks()]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] == 1
    source.close()


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8))
def test_records_agree_with_the_standard_reader(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    found = scan(text.getvalue().encode(), 1, 3, at_end=True)
    assert [[cell.decode() for cell in fields] for _line, fields in found.records] == rows
    assert found.rejected == []
    starts = [1]
    for cells_of_row in rows:
        starts.append(starts[-1] + 1 + sum(cell.count("\n") for cell in cells_of_row))
    assert [number for number, _fields in found.records] == starts[:-1]


@settings(max_examples=200)
@given(st.binary(max_size=200), st.integers(1, 4))
def test_any_bytes_end_up_as_records_or_rejected(data: bytes, width: int) -> None:
    found = scan(data, 1, width, at_end=True)
    assert found.consumed == len(data)
    assert found.lines == data.count(b"\n")
    assert all(len(fields) == width for _line, fields in found.records)


@given(
    st.lists(
        st.sampled_from([b"a,b\n", b'"a\n",b\n', b"x\n", b'"a""\n"",",c\r\n', b'"a"x,b\n', b'"'])
    )
)
def test_cutting_a_text_anywhere_changes_nothing(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    whole = scan(data, 1, 2, at_end=True)
    for cut in range(len(data)):
        first = scan(data[:cut], 1, 2, at_end=False)
        rest = scan(data[first.consumed :], 1 + first.lines, 2, at_end=True)
        assert first.records + rest.records == whole.records
        assert first.rejected + rest.rejected == whole.rejected
