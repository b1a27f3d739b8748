-- Rows and stored bytes of every table, in the order an event takes. Bytes are those of the present
-- state; what Time Travel keeps comes on top.
SELECT counted.name, counted.row_count, COALESCE(sizes.bytes, 0)
FROM (
    SELECT 0 AS place, 'orders_events' AS name, COUNT(*) AS row_count FROM {schema}.orders_events
    UNION ALL
    SELECT 1 AS place, 'orders' AS name, COUNT(*) AS row_count FROM {schema}.orders
    UNION ALL
    SELECT 2 AS place, 'dead_letters' AS name, COUNT(*) AS row_count FROM {schema}.dead_letters
    UNION ALL
    SELECT 3 AS place, 'customers' AS name, COUNT(*) AS row_count FROM {schema}.customers
    UNION ALL
    SELECT 4 AS place, 'inventory' AS name, COUNT(*) AS row_count FROM {schema}.inventory
    UNION ALL
    SELECT 5 AS place, 'consumer_offsets' AS name, COUNT(*) AS row_count FROM {schema}.consumer_offsets
    UNION ALL
    SELECT 6 AS place, 'offset_gaps' AS name, COUNT(*) AS row_count FROM {schema}.offset_gaps
    UNION ALL
    SELECT 7 AS place, 'transform_runs' AS name, COUNT(*) AS row_count FROM {schema}.transform_runs
    UNION ALL
    SELECT 8 AS place, 'validation_runs' AS name, COUNT(*) AS row_count FROM {schema}.validation_runs
) AS counted
LEFT JOIN (
    SELECT LOWER(table_name) AS name, MAX(bytes) AS bytes
    FROM {database}.INFORMATION_SCHEMA.TABLES
    WHERE table_schema = {schema_text}
    GROUP BY LOWER(table_name)
) AS sizes ON sizes.name = counted.name
ORDER BY counted.place
