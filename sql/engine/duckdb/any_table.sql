SELECT 1 FROM duckdb_tables() WHERE schema_name = ? LIMIT 1
