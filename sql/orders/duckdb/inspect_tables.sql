-- Rows and bytes on disk of every table, in the order an event takes. A block that several tables
-- share counts for each; rows that are still in the log have no block yet.
SELECT name, row_count, blocks * 262144
FROM (
    SELECT 0 AS place, 'orders_events' AS name,
        (SELECT count(*) FROM {schema}.orders_events) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.orders_events')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 1 AS place, 'orders' AS name,
        (SELECT count(*) FROM {schema}.orders) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.orders')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 2 AS place, 'dead_letters' AS name,
        (SELECT count(*) FROM {schema}.dead_letters) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.dead_letters')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 3 AS place, 'customers' AS name,
        (SELECT count(*) FROM {schema}.customers) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.customers')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 4 AS place, 'inventory' AS name,
        (SELECT count(*) FROM {schema}.inventory) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.inventory')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 5 AS place, 'consumer_offsets' AS name,
        (SELECT count(*) FROM {schema}.consumer_offsets) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.consumer_offsets')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 6 AS place, 'offset_gaps' AS name,
        (SELECT count(*) FROM {schema}.offset_gaps) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.offset_gaps')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 7 AS place, 'transform_runs' AS name,
        (SELECT count(*) FROM {schema}.transform_runs) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.transform_runs')
         WHERE persistent AND block_id >= 0) AS blocks
    UNION ALL
    SELECT 8 AS place, 'validation_runs' AS name,
        (SELECT count(*) FROM {schema}.validation_runs) AS row_count,
        (SELECT count(DISTINCT block_id) FROM pragma_storage_info('{schema}.validation_runs')
         WHERE persistent AND block_id >= 0) AS blocks
)
ORDER BY place
