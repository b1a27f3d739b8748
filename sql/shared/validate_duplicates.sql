-- How many keys stand more than once, and how many rows there are to look at.
SELECT 'orders_events.event_id' AS key_name, COUNT(*) AS duplicated
FROM (SELECT event_id FROM {schema}.orders_events GROUP BY event_id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'orders_events.coordinates', COUNT(*)
FROM (
    SELECT source_id, kafka_partition, kafka_offset
    FROM {schema}.orders_events
    GROUP BY source_id, kafka_partition, kafka_offset
    HAVING COUNT(*) > 1
) AS found
UNION ALL
SELECT 'orders.id', COUNT(*)
FROM (SELECT id FROM {schema}.orders GROUP BY id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'customers.id', COUNT(*)
FROM (SELECT id FROM {schema}.customers GROUP BY id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'inventory.id', COUNT(*)
FROM (SELECT id FROM {schema}.inventory GROUP BY id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'total', COUNT(*)
FROM (
    SELECT 1 AS present FROM {schema}.orders_events
    UNION ALL
    SELECT 1 AS present FROM {schema}.orders
) AS found
