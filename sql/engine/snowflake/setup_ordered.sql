-- Columns whose numbers Snowflake hands out in order, as version 0.1.0 made them.
SELECT table_name, column_name
FROM {database}.INFORMATION_SCHEMA.COLUMNS
WHERE table_schema = ? AND identity_ordered = 'YES'
ORDER BY table_name, column_name
