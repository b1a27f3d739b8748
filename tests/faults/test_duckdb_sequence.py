"""Why nothing of ours uses a DuckDB sequence: the fault that overwrote stored events."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SQL = HERE.parents[1] / "sql"
STATEMENTS = sorted([*SQL.glob("*/duckdb/*.sql"), *SQL.glob("*/shared/*.sql")])


def reproduce(kind: str) -> subprocess.CompletedProcess[str]:
    """Run the reproduction in a process of its own: memory that is written over may end it."""
    return subprocess.run(
        [sys.executable, str(HERE / "duckdb_sequence.py"), kind],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_sequence_still_writes_over_other_memory() -> None:
    """Where this fails, DuckDB has fixed it: docs/reliability.md should say so then."""
    ended = reproduce("sequence")
    assert ended.returncode != 0, ended.stdout


def test_the_same_transaction_numbered_without_one_changes_nothing() -> None:
    ended = reproduce("numbered")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert " 0 rows changed" in ended.stdout


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda file: str(file.relative_to(SQL)))
def test_no_statement_for_duckdb_uses_a_sequence(file: Path) -> None:
    lines = (line.split("--", 1)[0].lower() for line in file.read_text().splitlines())
    text = "\n".join(lines)
    assert "nextval" not in text
    assert "create sequence" not in text
