-- Keys that stand more than once, with the number of their rows.
SELECT key_name, key_value, copies
FROM (
    SELECT 'orders_events.event_id' AS key_name, event_id AS key_value, COUNT(*) AS copies
    FROM {schema}.orders_events
    GROUP BY event_id
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'orders_events.coordinates',
        CONCAT(
            source_id, '-', CAST(kafka_partition AS VARCHAR), '-', CAST(kafka_offset AS VARCHAR)
        ),
        COUNT(*)
    FROM {schema}.orders_events
    GROUP BY source_id, kafka_partition, kafka_offset
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT 'orders.id', id, COUNT(*) FROM {schema}.orders GROUP BY id HAVING COUNT(*) > 1
    UNION ALL
    SELECT 'customers.id', id, COUNT(*) FROM {schema}.customers GROUP BY id HAVING COUNT(*) > 1
    UNION ALL
    SELECT 'inventory.id', id, COUNT(*) FROM {schema}.inventory GROUP BY id HAVING COUNT(*) > 1
) AS found
ORDER BY copies DESC, key_name, key_value
LIMIT 10
