-- The tables that lack a column which came later, with that column.
SELECT known.table_name, later.column_name
FROM duckdb_tables() AS known
INNER JOIN (
    VALUES
    ('{events}', 'checksum'),
    ('dead_letters', 'checksum'),
    ('transform_runs', 'deleted'),
    ('dead_letters', 'dismissed_at'),
    ('dead_letters', 'dismissed_by'),
    ('dead_letters', 'dismissed_why')
) AS later (table_name, column_name)
    ON known.table_name = later.table_name
WHERE known.schema_name = ?
    AND NOT EXISTS (
        SELECT 1 FROM duckdb_columns() AS col
        WHERE col.table_oid = known.table_oid AND col.column_name = later.column_name
    )
