"""What an error of DuckDB means is told by its words, never by a path or a value it quotes."""

from pathlib import Path

import duckdb
import pytest

from core.errors import StorageError, WarehouseError, WarehouseHeldError
from core.warehouse.duckdb.errors import open_error, translated

PATHS = ["/srv/corrupt", "/srv/checksums", "/srv/no space left", "/srv/conflicting lock"]


@pytest.mark.parametrize("folder", PATHS)
def test_the_name_of_a_folder_is_no_symptom(folder: str) -> None:
    file = Path(folder) / "warehouse.duckdb"
    error = duckdb.IOException(f'IO Error: Cannot open file "{file}": Permission denied')
    assert type(translated(error, file)) is WarehouseError
    log = duckdb.IOException(f'IO Error: Could not read "{file}.wal": Permission denied')
    assert type(translated(log, file)) is WarehouseError
    opened = open_error(error, file)
    assert not isinstance(opened, WarehouseHeldError)
    assert "permissions" in opened.hint


@pytest.mark.parametrize("value", ["no space left", "corrupt", "checksum", "file too large"])
def test_a_value_is_no_symptom(value: str) -> None:
    error = duckdb.ConversionException(
        f"Conversion Error: Could not convert string '{value}' to INT32"
    )
    assert type(translated(error, Path("w.duckdb"))) is WarehouseError
    doubled = duckdb.ConstraintException(f'Constraint Error: Duplicate key "id: {value}"')
    assert type(translated(doubled, Path("w.duckdb"))) is WarehouseError


def test_symptoms_are_known() -> None:
    file = Path("/srv/data/warehouse.duckdb")
    full = duckdb.IOException(f'IO Error: Could not write file "{file}": No space left on device')
    assert "cannot write" in translated(full, file).message
    cut = duckdb.SerializationException("Serialization Error: Failed to deserialize")
    assert "is damaged" in translated(cut, file).message
    other = duckdb.IOException(f'The file "{file}" exists, but it is not a valid DuckDB database')
    assert isinstance(translated(other, file), StorageError)
    held = duckdb.IOException(f'Could not set lock on file "{file}": Conflicting lock is held')
    assert isinstance(open_error(held, file), WarehouseHeldError)
