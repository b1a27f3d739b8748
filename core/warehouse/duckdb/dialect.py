"""The words of DuckDB."""

from core.config.engine import DUCKDB
from core.warehouse.tables import Dialect

DIALECT = Dialect(
    DUCKDB.name,
    "setup",
    {
        "TEXT": "VARCHAR",
        "STRING": "VARCHAR",
        "INT": "INTEGER",
        "LONG": "BIGINT",
        "NUMERIC": "DECIMAL",
        "BOOL": "BOOLEAN",
        "DATETIME": "TIMESTAMP",
        "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    },
)
