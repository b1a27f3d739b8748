-- How many keys of orders and reference data stand more than once, and how many rows there are to
-- look at. Raw events are looked at by statements of their own: together they would need as much
-- memory at once as all of them.
SELECT 'orders.id' AS key_name, COUNT(*) AS duplicated
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
