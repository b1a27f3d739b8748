"""The words of Snowflake."""

from core.config.engine import SNOWFLAKE
from core.warehouse.tables import Dialect

DIALECT = Dialect(
    SNOWFLAKE.name,
    "03_tables",
    {
        "VARCHAR": "TEXT",
        "STRING": "TEXT",
        "DECIMAL": "NUMBER",
        "NUMERIC": "NUMBER",
        "INT": "NUMBER(38,0)",
        "INTEGER": "NUMBER(38,0)",
        "BIGINT": "NUMBER(38,0)",
        "DOUBLE": "FLOAT",
        "DATETIME": "TIMESTAMP_NTZ",
    },
)
