"""The catalogue reads what the generator wrote and refuses, with the line, what it cannot use."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.seed.catalogue import read_catalogue
from core.seed.generate import generate
from core.seed.random_words import Draws, Stream
from core.seed.spec import SeedSpec

CUSTOMERS = "id,name,email,city,country\nCUST_000001,Jean Petit,j@example.com,Lyon,France\n"
INVENTORY = "id,product_name,category,price,stock_quantity\nPROD_000001,Robe,Robes,39.30,3\n"


def write(
    folder: Path, customers: str | bytes = CUSTOMERS, inventory: str | bytes = INVENTORY
) -> None:
    for name, data in (("customers.csv", customers), ("inventory.csv", inventory)):
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_catalogue(folder)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value.message


def test_reads_what_was_generated(tmp_path: Path) -> None:
    generate(SeedSpec(customers=500, products=80, orders=1), tmp_path)
    catalogue = read_catalogue(tmp_path)
    assert catalogue.customer_ids[0] == "CUST_000001"
    assert catalogue.customer_ids[-1] == "CUST_000500"
    assert len(catalogue.customer_ids) == 500
    assert len(catalogue.product_ids) == len(catalogue.prices) == 80
    line = (tmp_path / "inventory.csv").read_text(encoding="utf-8").splitlines()[80]
    assert line.startswith(catalogue.product_ids[79])
    assert f",{catalogue.prices[79]}," in line


def test_draws_favour_the_popular(tmp_path: Path) -> None:
    generate(SeedSpec(customers=500, products=100, orders=0), tmp_path)
    catalogue = read_catalogue(tmp_path)
    words = Draws(1, Stream.ORDERS).words(20_000)
    for popularity, count in ((catalogue.customers, 500), (catalogue.products, 100)):
        drawn = np.bincount(popularity.draw(words), minlength=count)
        assert len(drawn) == count
        assert drawn.max() > 4 * drawn.mean()


def test_bom_crlf_quotes_and_other_columns_are_fine(tmp_path: Path) -> None:
    write(
        tmp_path,
        customers=b'\xef\xbb\xbf"id",name\r\nC-1,"a, ""b""\r\nc"\r\n\r\nC-2,x\r\n',
        inventory="price,note,id\n39.3,a,P1\n12,b,P2\n0.50,c,P3",
    )
    catalogue = read_catalogue(tmp_path)
    assert catalogue.customer_ids == ["C-1", "C-2"]
    assert catalogue.product_ids == ["P1", "P2", "P3"]
    assert catalogue.prices == ["39.30", "12.00", "0.50"]


def test_missing_file(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert "customers.csv" in message
    assert "no such file" in message
    write(tmp_path)
    (tmp_path / "inventory.csv").unlink()
    assert "inventory.csv" in refusal(tmp_path)


def test_a_directory_in_the_place_of_a_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "inventory.csv").unlink()
    (tmp_path / "inventory.csv").mkdir()
    assert "inventory.csv" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("inventory", "line", "reason"),
    [
        ("", None, "empty"),
        ("id,product_name\nP1,x\n", None, "line 1 lacks the column price"),
        ("id,price\n", 1, "no rows"),
        ("id,price\nP1,10.00\nP2\n", 3, "1 field instead of 2"),
        ("id,price\nP1,10.00\nP2,abc\n", 3, "abc"),
        ("id,price\nP1,NaN\n", 2, "NaN"),
        ("id,price\nP1,-1.00\n", 2, "-1.00"),
        ("id,price\nP1,1.005\n", 2, "1.005"),
        ("id,price\nP1,1e9\n", 2, "1e9"),
        ("id,price\nP1,1e999999\n", 2, "1e999999"),
        ("id,price\n,10.00\n", 2, "id"),
        ("id,price\nP1,10.00\nP1,11.00\n", 3, "already"),
        ('id,price\nP1,10.00\n"P2,11.00\n', 3, "never closed"),
        (b"id,price\nP1,10.00\nP\xff,1.00\nP3,1.00\n", 3, "UTF-8"),
        (b"id,price\nP\x1b[31m,1.00\n", 2, "id"),
        ("id,price\nP1," + "9" * 10_000_000 + "\n", 2, "longer than"),
    ],
)
def test_unusable_inventory(
    tmp_path: Path, inventory: str | bytes, line: int | None, reason: str
) -> None:
    write(tmp_path, inventory=inventory)
    message = refusal(tmp_path)
    assert "inventory.csv" in message
    assert reason in message
    assert "\x1b" not in message
    assert line is None or f"line {line}:" in message
