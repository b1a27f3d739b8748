-- Rows and stored bytes of every table. Bytes are those of the present state; what Time Travel keeps
-- comes on top.
SELECT LOWER(table_name), row_count, COALESCE(bytes, 0)
FROM {database}.INFORMATION_SCHEMA.TABLES
WHERE table_schema = {schema_text}
