"""Reference files: what is taken, exactly, and what is refused, with its line."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.pipeline import Pipeline, builtin, open_pipeline
from core.pipeline.reference_csv import read_reference
from core.producer.orders.rules import why_unusable

HEADER = "id,product_name,category,price,stock_quantity\n"


def rows_of(
    folder: Path, text: str, table: str = "inventory", pipeline: Pipeline | None = None
) -> list[tuple[str | None, ...]]:
    (folder / f"{table}.csv").write_bytes(text.encode())
    found = read_reference(pipeline or builtin(), table, folder)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


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
        ("", "the file is empty"),
        ("id,product_name,category,price\n", "line 1 lacks the column stock_quantity"),
        ("id,id,product_name,category,price,stock_quantity\n", "line 1 names the column id twice"),
        (HEADER + "P_1,a,b,2.00,1\n\nP_2,a,b\n", "line 4: 3 fields instead of 5"),
        (
            HEADER + 'P_1,"a\nb\nc",d,2.00,1\nP_1,a,b,2.00,1\n',
            "line 5: duplicate id P_1: already on line 2",
        ),
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


def test_long_files_are_read_whole_and_the_first_fault_of_a_far_block_is_told(
    tmp_path: Path,
) -> None:
    lines = [f"C_{number},{'x' * 90},,," for number in range(30_000)]
    text = "\n".join(("id,name,email,city,country", *lines))
    assert [row[0] for row in rows_of(tmp_path, text, "customers")] == [
        f"C_{number}" for number in range(30_000)
    ]
    with pytest.raises(InputError, match="line 30002: duplicate id C_7: already on line 9"):
        rows_of(tmp_path, text + "\nC_7,,,,\nC_7,,,,\nC 8,,,,\n", "customers")


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"customers\.csv") as refused:
        read_reference(builtin(), "customers", tmp_path)
    assert "--run seed" in refused.value.hint


DEVICES = """
version = 1
name = "readings"
[topic]
name = "readings"
[tables]
schema = "readings"
events = "reading_events"
rows = "readings"
[event]
key = "id"
[fields]
id = { type = "identifier" }
device = { type = "integer", required = false }
[references.devices]
file = "devices.csv"
key = "number"
field = "device"
[references.devices.columns]
number = { type = "integer", min = 1 }
model = { type = "text", one_of = ["TH-1", "TH-2"] }
gain = { type = "decimal(6,3)", required = true }
drift = { type = "number" }
active = { type = "boolean" }
since = { type = "date" }
seen = { type = "timestamp" }
made = { type = "timestamp(ms)", min = 2001-01-01 }
ref = { type = "uuid" }
more = { type = "json" }
"""
DEVICE_HEADER = "number,model,gain,drift,active,since,seen,made,ref,more\n"


@pytest.fixture
def readings(tmp_path: Path) -> Pipeline:
    (tmp_path / "pipeline.toml").write_text(DEVICES)
    return open_pipeline(str(tmp_path))


def test_a_column_of_any_type_is_read(tmp_path: Path, readings: Pipeline) -> None:
    text = DEVICE_HEADER + (
        "1,TH-1,1.5,1e-3,TRUE,2024-02-29,2024-05-17T09:30:00.25+02:00,1715938200123,"
        '123e4567-e89b-12d3-a456-426614174000,"{""a"": [1.50]}"\n'
        "2,,0,,,,,,,\n"
    )
    assert rows_of(tmp_path, text, "devices", readings) == [
        (
            "1",
            "TH-1",
            "1.500",
            "1e-3",
            "true",
            "2024-02-29",
            "2024-05-17 07:30:00.250000",
            "2024-05-17 09:30:00.123000",
            "123e4567-e89b-12d3-a456-426614174000",
            '{"a": [1.50]}',
        ),
        ("2", None, "0.000", *[None] * 7),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0,,1,,,,,,,", "number: 0 is outside"),
        ("x,,1,,,,,,,", "number: must be a whole number"),
        (",,1,,,,,,,", "number: is empty"),
        ("1,,,,,,,,,", "number 1: gain: is empty"),
        ("1,TH-9,1,,,,,,,", 'number 1: model: "TH-9" is none of'),
        ("1,,1.0005,,,,,,,", "number 1: gain: "),
        ("1,,1,NaN,,,,,,", "number 1: drift: must be a number"),
        ("1,,1,,yes,,,,,", "number 1: active: must be true or false"),
        ("1,,1,,,2023-02-29,,,,", "number 1: since: "),
        ("1,,1,,,,2024-05-17,,,", "number 1: seen: "),
        ("1,,1,,,,,978307199999,,", "number 1: made: "),
        ("1,,1,,,,,,123,", "number 1: ref: "),
        ("1,,1,,,,,,,{", "number 1: more: not JSON"),
    ],
)
def test_a_cell_that_breaks_its_column_s_rule_is_told(
    tmp_path: Path, readings: Pipeline, row: str, reason: str
) -> None:
    text = DEVICE_HEADER + "7,,1,,,,,,,\n" + row + "\n"
    with pytest.raises(InputError) as refused:
        rows_of(tmp_path, text, "devices", readings)
    assert f"devices.csv, line 3: {reason}" in refused.value.message
    assert refused.value.hint == "fix the file"
