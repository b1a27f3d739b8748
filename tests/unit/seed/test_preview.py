"""The first rows of seed files, of any origin, harmless to show."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.seed import preview as module
from core.seed.preview import SHOWN_ROWS, preview
from core.text import clean


def test_only_files_that_are_there_are_listed_in_their_order(tmp_path: Path) -> None:
    assert preview(tmp_path) == ()
    assert preview(tmp_path / "absent") == ()
    for name in ("orders.csv", "customers.csv", "other.csv"):
        (tmp_path / name).write_text("id\n1\n")
    assert [file.path.name for file in preview(tmp_path)] == ["customers.csv", "orders.csv"]


def test_rows_count_and_checksum_are_those_of_the_file(tmp_path: Path) -> None:
    data = "id,name\n" + "".join(f'{row},"n, {row}"\n' for row in range(10_000))
    (tmp_path / "orders.csv").write_text(data)
    (found,) = preview(tmp_path)
    assert found.header == ("id", "name")
    assert found.rows[1] == ("1", "n, 1")
    assert len(found.rows) == SHOWN_ROWS
    assert (found.count, found.bytes) == (10_000, len(data))
    assert found.sha256 == hashlib.sha256(data.encode()).hexdigest()


@pytest.mark.parametrize(("data", "count"), [("", 0), ("id", 0), ("id\n", 0), ("id\n1", 1)])
def test_the_last_line_needs_no_line_feed(tmp_path: Path, data: str, count: int) -> None:
    (tmp_path / "orders.csv").write_text(data)
    (found,) = preview(tmp_path)
    assert found.count == count
    assert found.header == (("id",) if data else ())


def test_a_large_file_is_shown_but_not_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SUMMED_BYTES", 10)
    (tmp_path / "orders.csv").write_text("id,price\n1,2.00\n")
    (found,) = preview(tmp_path)
    assert (found.count, found.sha256) == (None, None)
    assert found.rows == (("1", "2.00"),)


@given(data=st.binary(max_size=300))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_its_cells_are_harmless(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "orders.csv").write_bytes(data)
    (found,) = preview(tmp_path)
    for row in (found.header, *found.rows):
        assert all(cell == clean(cell) for cell in row)
