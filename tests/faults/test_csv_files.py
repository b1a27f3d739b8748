"""Fault 31: CSV files as people make them. A line that cannot be used is told by its number."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.oracle import oracle_rows
from tests.support.processes import Dropship, commands
from tests.support.topic import read_all

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults_csv")]

HEADER = b"id,product_id,customer_id,quantity,unit_price,sold_at\n"


def row(number: int, **changes: str) -> bytes:
    fields = {
        "id": f"ORDER_{number:06d}",
        "product_id": "PROD_000001",
        "customer_id": "CUST_000001",
        "quantity": "2",
        "unit_price": "39.30",
        "sold_at": "2024-05-06T07:08:09Z",
    } | changes
    return ",".join(fields.values()).encode() + b"\n"


GOOD = HEADER + row(1) + row(2) + row(3)


@pytest.fixture(scope="module")
def controller(tmp_path_factory) -> Iterator[Dropship]:
    """The command with a broker that all tests of this file share."""
    with commands(tmp_path_factory.mktemp("csv")) as command:
        command.start_broker()
        yield command


@pytest.fixture
def produce(controller, tmp_path) -> Callable[[bytes], object]:
    """Publish a file of given bytes."""

    def run(content: bytes):
        file = tmp_path / "orders.csv"
        file.write_bytes(content)
        return controller("produce", "--rate", "0", "--input", str(file))

    return run


@pytest.mark.parametrize(
    ("content", "acked", "lines"),
    [
        pytest.param(
            (b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")).removesuffix(b"\r\n"),
            3,
            [],
            id="bom_crlf_and_no_last_line_feed",
        ),
        pytest.param(GOOD[:-30], 2, [4], id="truncated_last_line"),
        pytest.param(GOOD + b'"ORDER_000009\n', 3, [5], id="quote_never_closed"),
        pytest.param(
            HEADER
            + row(1, quantity="two")
            + row(2)
            + row(3, unit_price="-1")
            + row(4, unit_price="1e3")
            + row(5, sold_at="yesterday")
            + row(6, quantity="0")
            + b"only,three,fields\n"
            + row(8, id="\x1b[31m")
            + row(9, product_id="caf\xe9").decode().encode("latin-1")
            + b"\n"
            + row(11),
            2,
            [2, 4, 5, 6, 7, 8, 9, 10],
            id="wrong_types_and_blank_lines",
        ),
        pytest.param(
            HEADER + row(1) + b"x" * 10_000_000 + b"\n" + row(3), 2, [3], id="line_of_10_mb"
        ),
    ],
)
def test_fault_31_good_rows_go_out_and_bad_ones_are_told_by_line(produce, content, acked, lines):
    ended = produce(content)
    record = ended.done()
    assert (record["acked"], record["rejected"], record["failed"]) == (acked, len(lines), 0)
    assert [row["line"] for row in record["rejected_rows"]] == lines
    assert all(row["reason"].isprintable() for row in record["rejected_rows"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", ["is empty"], id="empty_file"),
        pytest.param(
            GOOD.replace(b",quantity", b"", 1), ["line 1", "quantity"], id="missing_column"
        ),
        pytest.param(GOOD.decode().encode("utf-16"), ["line 1"], id="utf_16"),
        pytest.param(b"PK\x03\x04" + bytes(range(256)) * 40, ["line 1"], id="a_zip_file"),
    ],
)
def test_fault_31_a_file_that_cannot_be_used_is_one_line(produce, content, words):
    ended = produce(content)
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (2, "input")
    assert "orders.csv" in error["message"]
    for word in words:
        assert word in error["message"]
    assert error["message"].isprintable()
    assert error["hint"]


def test_fault_31_a_directory_in_place_of_the_file(controller, tmp_path):
    (tmp_path / "orders.csv").mkdir()
    ended = controller("produce", "--rate", "0", "--input", str(tmp_path))
    assert (ended.code, ended.record["error"]["kind"]) == (2, "input")
    assert "directory" in ended.record["error"]["message"]


def test_fault_31_more_bad_rows_than_allowed_is_a_bad_result(controller, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes(HEADER + row(1) + row(2, quantity="x") + row(3, quantity="y"))
    command = ("produce", "--rate", "0", "--input", str(file), "--max-bad")
    assert controller(*command, "2").code == 0
    ended = controller(*command, "1")
    assert (ended.code, ended.record["error"]["kind"]) == (1, "bad_result")
    assert ended.record["rejected"] == 2


def test_fault_31_a_file_whose_every_row_is_rejected_is_a_bad_result(controller, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes(HEADER + row(1, quantity="x") + row(2, quantity="y"))
    command = ("produce", "--rate", "0", "--input", str(file))
    ended = controller(*command)
    assert (ended.code, ended.record["error"]["kind"]) == (1, "bad_result")
    assert "all 2 rows were rejected" in ended.record["error"]["message"]
    assert (ended.record["sent"], ended.record["rejected"]) == (0, 2)
    assert controller(*command, "--max-bad", "2").code == 0
    file.write_bytes(HEADER)
    assert controller(*command).code == 0


def test_fault_31_quoted_fields_arrive_as_they_were_meant(controller, produce):
    quoted = (
        HEADER + b'"ORDER_777777","PROD_000001","CUST_000001","3","1.50","2024-05-06T07:08:09Z"\n'
    )
    produce(quoted).done()
    with controller.broker() as cluster:
        values = [value for _p, _o, value in read_all(cluster.bootstrap_servers, "orders_topic")]
    assert sum(b'"id":"ORDER_777777"' in (value or b"").replace(b" ", b"") for value in values) == 1


CUSTOMERS = b"id,name,email,city,country\nCUST_000001,Zo\xc3\xab,z@example.org,Lyon,France\n"
INVENTORY = b"id,product_name,category,price,stock_quantity\nPROD_000001,Robe,Robes,39.30,4\n"


def load(dropship: Dropship, folder: Path, customers: bytes, inventory: bytes = INVENTORY):
    folder.mkdir(exist_ok=True)
    (folder / "customers.csv").write_bytes(customers)
    (folder / "inventory.csv").write_bytes(inventory)
    return dropship("load", "--input", str(folder))


def test_fault_31_reference_files_with_bom_crlf_and_quotes_load(dropship, tmp_path):
    customers = b"\xef\xbb\xbf" + CUSTOMERS.replace(b"Lyon", b'"Lyon, 2e"').replace(b"\n", b"\r\n")
    inventory = b"stock_quantity,price,note,category,product_name,id\n4,39.3,x,Robes,,PROD_000001"
    record = load(dropship, tmp_path / "in", customers, inventory).done()
    assert (record["customers"], record["inventory"]) == (1, 1)
    with dropship.warehouse() as warehouse:
        (row,) = oracle_rows(warehouse, "inventory")
    assert row == ("PROD_000001", Decimal("39.30"), 4, None)


@pytest.mark.parametrize(
    ("customers", "inventory", "words"),
    [
        pytest.param(CUSTOMERS, b"", ["inventory.csv"], id="empty"),
        pytest.param(
            CUSTOMERS.replace(b",email", b""), INVENTORY, ["customers.csv", "line 1"], id="column"
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"PROD_000002,Robe,Robes,cheap,4\n",
            ["inventory.csv", "line 3"],
            id="wrong_type",
        ),
        pytest.param(
            CUSTOMERS + CUSTOMERS.splitlines(keepends=True)[1],
            INVENTORY,
            ["customers.csv", "line 3", "CUST_000001", "line 2"],
            id="id_twice",
        ),
        pytest.param(
            CUSTOMERS + b",Zo,a@b.c,Lyon,France\n",
            INVENTORY,
            ["customers.csv", "line 3", "id: is empty"],
            id="no_id",
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"PROD_000002,Robe,Robes,39.305,4\n",
            ["inventory.csv", "line 3", "PROD_000002", "39.305", "two decimals"],
            id="price_with_a_third_decimal",
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"PROD_000002,Robe,Robes,-1.00,4\n",
            ["inventory.csv", "line 3", "PROD_000002", "-1.00"],
            id="negative_price",
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"PROD_000002,Robe,Robes,1.00,-4\n",
            ["inventory.csv", "line 3", "PROD_000002", "stock_quantity", "-4"],
            id="negative_stock",
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"PROD_000002,Robe,Robes,,4\n",
            ["inventory.csv", "line 3", "PROD_000002", "price: is empty"],
            id="no_price",
        ),
        pytest.param(
            CUSTOMERS,
            INVENTORY + b"\nPROD_000002,Robe,Robes,1.00\n",
            ["inventory.csv", "line 4", "4 fields instead of 5"],
            id="too_few_fields",
        ),
        pytest.param(
            CUSTOMERS + b"CUST_000002," + b"x" * 10_000_000 + b",a@b.c,Lyon,France\n",
            INVENTORY,
            ["customers.csv", "line 3"],
            id="line_of_10_mb",
        ),
        pytest.param(CUSTOMERS + b'CUST_000002,"Zo', INVENTORY, ["customers.csv"], id="truncated"),
        pytest.param(
            CUSTOMERS + b"CUST_000002,Zo\xeb,a@b.c,Lyon,France\n",
            INVENTORY,
            ["customers.csv", "line 3", "UTF-8"],
            id="not_utf_8",
        ),
    ],
)
def test_fault_31_reference_files_load_whole_or_not_at_all(
    controller, tmp_path, customers, inventory, words
):
    ended = load(controller, tmp_path / "in", customers, inventory)
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (2, "input")
    for word in words:
        assert word in error["message"]
    assert error["message"].isprintable()
    with controller.warehouse() as warehouse:
        for table in ("customers", "inventory"):
            ((rows,),) = warehouse.rows(f"count_{table}")
            assert rows <= 1, "a good row of a refused file was loaded"
