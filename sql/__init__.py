"""SQL files by dialect: `duckdb/`, `snowflake/`, and `shared/` for reads that both understand."""
