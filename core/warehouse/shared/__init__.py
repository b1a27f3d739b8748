"""One DuckDB file for every process of a user: its holder serves it to the others."""
