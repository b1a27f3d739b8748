"""The embedded warehouse: one DuckDB file, open in one process (`shared` serves it to others)."""
