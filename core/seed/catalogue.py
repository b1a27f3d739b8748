"""Customers and products read back from the seed files, for orders that are made up live.

A file that cannot be used is refused whole, with the line: made-up orders that refer to guessed
rows would be worse than none.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.seed.popularity import Popularity, customer_popularity, product_popularity
from core.seed.spec import CUSTOMERS_FILE, INVENTORY_FILE
from core.text import _, clean, ngettext
from core.text.separators import other_separator, save_with_commas, separated_otherwise
from core.text.system import why

if TYPE_CHECKING:
    from _csv import Reader

_EXACT = re.compile(r"\d{1,8}\.\d\d", re.ASCII)
_LONGEST_ID = 64
_ORDINARY_ID = re.compile(rf"[\w.-]{{1,{_LONGEST_ID}}}", re.ASCII)
_LARGEST_PRICE = Decimal("99999999.99")  # DECIMAL(10, 2)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Catalogue:
    """Who may order and what. prices: two decimals, one for each product id."""

    customer_ids: list[str]
    product_ids: list[str]
    prices: list[str]

    @cached_property
    def customers(self) -> Popularity:
        """How often each customer orders; draws positions in `customer_ids`."""
        return customer_popularity(len(self.customer_ids))

    @cached_property
    def products(self) -> Popularity:
        """How often each product is ordered; draws positions in `product_ids`."""
        return product_popularity(len(self.product_ids))


def read_catalogue(folder: Path) -> Catalogue:
    """Read customers.csv and inventory.csv of a folder.

    Raises InputError, with file and line, where one is missing, damaged or without rows.
    """
    customer_ids = [row[0] for row in _rows(folder / CUSTOMERS_FILE, ("id",))]
    product_ids: list[str] = []
    prices: list[str] = []
    for identifier, price in _rows(folder / INVENTORY_FILE, ("id", "price")):
        product_ids.append(identifier)
        prices.append(price)
    return Catalogue(customer_ids, product_ids, prices)


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the wanted cells of each row: an id first, then maybe a price; both checked."""
    known: set[str] = set()
    with _input_errors(path), path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        with _format_errors(path, reader):
            places, columns = _header(path, reader, wanted)
            for row in reader:
                if not row:  # a blank line
                    continue
                if len(row) != columns:
                    raise _unusable(path, reader.line_num, _wrong_width(len(row), columns))
                cells = [row[place] for place in places]
                _check_id(path, reader.line_num, cells[0], known)
                cells[1:] = [_price(path, reader.line_num, text) for text in cells[1:]]
                yield cells
    if not known:
        raise _unusable(path, 1, _("no rows"))


def _header(path: Path, reader: "Reader", wanted: tuple[str, ...]) -> tuple[list[int], int]:
    """Return where the wanted columns stand, and how many columns there are."""
    header = next(reader, None)
    if header is None:
        raise _unusable(path, 1, _("the file is empty"))
    missing = [name for name in wanted if name not in header]
    if missing:
        separator = other_separator(",".join(header), wanted)
        if separator:
            raise _unusable(path, 1, separated_otherwise(separator), save_with_commas())
        raise _unusable(path, 1, _("column {name} is missing").format(name=missing[0]))
    return [header.index(name) for name in wanted], len(header)


def _check_id(path: Path, line: int, identifier: str, known: set[str]) -> None:
    if not _ORDINARY_ID.fullmatch(identifier):
        reason = _("id {id} cannot be used").format(id=repr(clean(identifier, _LONGEST_ID)))
        raise _unusable(path, line, reason)
    if identifier in known:
        raise _unusable(path, line, _("id {id} stands there twice").format(id=identifier))
    known.add(identifier)


def _price(path: Path, line: int, text: str) -> str:
    """Return a price with two decimals."""
    if _EXACT.fullmatch(text):
        return text
    try:
        price = Decimal(text)
        exact = price.is_finite() and 0 <= price <= _LARGEST_PRICE
        if exact and price == price.quantize(_CENT):
            return f"{price:.2f}"
    except InvalidOperation:
        pass
    reason = _("{price} is not a price").format(price=repr(clean(text, _LONGEST_ID)))
    raise _unusable(path, line, reason)


def _wrong_width(found: int, columns: int) -> str:
    return ngettext(
        "{found} column instead of {columns}", "{found} columns instead of {columns}", found
    ).format(found=found, columns=columns)


def _unusable(path: Path, line: int, reason: str, mend: str = "") -> InputError:
    return InputError(
        _("{path}, line {line}: {reason}").format(path=clean(path), line=line, reason=reason),
        hint=mend or _("Make the file again with: dropship --run seed"),
    )


@contextmanager
def _format_errors(path: Path, reader: "Reader") -> Iterator[None]:
    """Turn what is no CSV or no UTF-8 into an InputError with its line."""
    try:
        yield
    except csv.Error as error:
        raise _unusable(path, reader.line_num, clean(error)) from None
    except UnicodeDecodeError:
        raise _unusable(path, _undecodable_line(path), _("not UTF-8")) from None


def _undecodable_line(path: Path) -> int:
    """Return the first line that is not UTF-8; text is decoded in blocks, which hides it."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.decode("utf-8", "ignore").encode() != line:
                return number
    return 1


@contextmanager
def _input_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a path into an InputError."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(
            _("{path}: there is no such file").format(path=clean(path)),
            hint=_("Generate it with: dropship --run seed"),
        ) from None
    except OSError as error:
        raise InputError(
            _("{path}: cannot be read: {reason}").format(path=clean(path), reason=why(error)),
            hint=_("Give the folder that holds the seed files with --input."),
        ) from None
