"""Reference files: what is taken, exactly, and what is refused, with its line."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.producer.orders.rules import why_unusable
from core.warehouse.reference_csv import CHUNK_ROWS, COLUMNS, Row, read_reference

HEADER = "id,product_name,category,price,stock_quantity\n"


def rows_of(folder: Path, text: str, table: str = "inventory") -> list[Row]:
    file = folder / f"{table}.csv"
    file.write_bytes(text.encode())
    return [row for chunk in read_reference(table, file) for row in chunk]


@given(
    price=st.decimals("0", "99999999.99", places=2),
    stock=st.integers(0, 2**31 - 1),
    name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_comes_back_exactly(
    tmp_path: Path, price: Decimal, stock: int, name: str
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    text = HEADER + f"PROD_1,{quoted},Mode,{price:f},{stock}\n"
    assert rows_of(tmp_path, text) == [("PROD_1", name or None, "Mode", f"{price:.2f}", str(stock))]


@pytest.mark.parametrize(("cell", "price"), [("5", "5.00"), ("5.3", "5.30"), ("0.05", "0.05")])
def test_prices_get_two_decimals(tmp_path: Path, cell: str, price: str) -> None:
    assert rows_of(tmp_path, HEADER + f"P,a,b,{cell},1\n")[0][3] == price


@pytest.mark.parametrize(
    "cell",
    ["", "-1", "1.005", "1e3", "NaN", "inf", "100000000", "1.", ".5", "05", " 5", "٣", "5\x00"],
)
def test_what_is_no_price_to_an_order_is_none_here(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match="price") as refused:
        rows_of(tmp_path, HEADER + f"P_1,a,b,2.00,1\nP_2,a,b,{cell},1\n")
    assert "line 3" in refused.value.message
    assert "P_2" in refused.value.message
    order = ("O_1", "P_1", "C_1", "1", cell, "2024-01-01T00:00:00Z")
    assert why_unusable(order), "orders.csv takes what inventory.csv refuses"


@pytest.mark.parametrize("cell", ["", "-1", "1.0", "x", "2147483648", "01", "+1"])
def test_stock_is_a_whole_number_that_is_not_negative(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match="stock_quantity"):
        rows_of(tmp_path, HEADER + f"P_1,a,b,2.00,{cell}\n")


@pytest.mark.parametrize("cell", ["", " ", "a b", "é", "x" * 65, "-a", "\x1b[31m"])
def test_an_id_is_one_that_an_order_may_refer_to(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match=r"inventory\.csv, line 2: id"):
        rows_of(tmp_path, HEADER + f'"{cell}",a,b,2.00,1\n')
    order = ("O_1", cell, "C_1", "1", "2.00", "2024-01-01T00:00:00Z")
    assert why_unusable(order), "orders.csv takes what inventory.csv refuses"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: the column id,"),
        ("id,product_name,category,price\n", "line 1: the column stock_quantity is missing"),
        ("id,id,product_name,category,price,stock_quantity\n", "line 1: the column id stands"),
        (HEADER + "P_1,a,b,2.00,1\n\nP_2,a,b\n", "line 4: 3 columns instead of 5"),
        (HEADER + 'P_1,"a\nb\nc",d,2.00,1\nP_1,a,b,2.00,1\n', "line 5: id P_1 stands on line 2"),
        (HEADER + "P_1,a\x00,b,2.00,1\n", "line 2: id P_1: product_name"),
        (HEADER + 'P_1,"a\n', "line 2: "),
    ],
)
def test_the_first_fault_is_told_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        rows_of(tmp_path, text)
    assert reason in refused.value.message
    assert refused.value.message.isprintable()
    assert refused.value.hint


def test_columns_are_found_by_name_and_others_left_out(tmp_path: Path) -> None:
    text = "note,country,city,email,name,id\r\n1,FR,Lyon,,Zoé,CUST_1\r\n"
    assert rows_of(tmp_path, "\ufeff" + text, "customers") == [
        ("CUST_1", "Zoé", None, "Lyon", "FR")
    ]


def test_long_files_come_in_chunks(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    lines = (f"C_{number},,,," for number in range(CHUNK_ROWS + 1))
    file.write_text("\n".join((",".join(COLUMNS["customers"]), *lines)))
    assert [len(chunk) for chunk in read_reference("customers", file)] == [CHUNK_ROWS, 1]


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"customers\.csv") as refused:
        next(read_reference("customers", tmp_path / "customers.csv"))
    assert "--run seed" in refused.value.hint
