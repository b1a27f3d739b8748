"""The embedded warehouse: one DuckDB file, one process at a time."""
