-- How many keys of orders and reference data stand more than once, and the figure that says so. Raw
-- events are looked at by statements of their own: together they would need as much memory at once
-- as all of them.
SELECT 'orders.id' AS key_name, 'prod_duplicates' AS figure, COUNT(*) AS duplicated
FROM (SELECT id FROM {schema}.orders GROUP BY id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'customers.id', 'customer_duplicates', COUNT(*)
FROM (SELECT id FROM {schema}.customers GROUP BY id HAVING COUNT(*) > 1) AS found
UNION ALL
SELECT 'inventory.id', 'product_duplicates', COUNT(*)
FROM (SELECT id FROM {schema}.inventory GROUP BY id HAVING COUNT(*) > 1) AS found
