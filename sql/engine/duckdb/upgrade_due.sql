SELECT 1
FROM duckdb_tables() AS known
WHERE known.schema_name = ? AND known.table_name IN ('{events}', 'dead_letters')
    AND NOT EXISTS (
        SELECT 1 FROM duckdb_columns() AS col
        WHERE col.table_oid = known.table_oid AND col.column_name = 'checksum'
    )
