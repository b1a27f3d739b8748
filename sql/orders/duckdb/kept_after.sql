-- After orders were written: what this run changes in the kept figures. A day or product that no order
-- is left of goes.
CREATE OR REPLACE TEMP TABLE kept_changes AS
SELECT
    CAST(sold_at AS DATE) AS sold_on,
    product_id,
    SUM(orders) AS orders,
    SUM(orders * quantity) AS quantity,
    SUM(orders * CAST(quantity AS DECIMAL(20, 0)) * unit_price) AS revenue
FROM (
    SELECT source.sold_at, source.product_id, source.quantity, source.unit_price, 1 AS orders
    FROM merge_cast AS source
    ANTI JOIN (SELECT id FROM kept_before WHERE NOT replaced) AS stale ON stale.id = source.id
    WHERE source.usable
    UNION ALL
    SELECT sold_at, product_id, quantity, unit_price, -1 AS orders
    FROM kept_before
    WHERE replaced
) AS changed
GROUP BY sold_on, product_id;

MERGE INTO {schema}.sales_by_day AS target
USING (
    SELECT sold_on, SUM(orders) AS orders, SUM(revenue) AS revenue
    FROM kept_changes
    GROUP BY sold_on
) AS source
ON target.sold_on = source.sold_on
WHEN MATCHED AND target.orders + source.orders = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET
    orders = target.orders + source.orders,
    revenue = target.revenue + source.revenue
WHEN NOT MATCHED AND source.orders > 0 THEN INSERT (sold_on, orders, revenue)
VALUES (source.sold_on, source.orders, source.revenue);

MERGE INTO {schema}.sales_by_product AS target
USING (
    SELECT
        product_id,
        SUM(orders) AS orders,
        SUM(quantity) AS quantity,
        SUM(revenue) AS revenue
    FROM kept_changes
    GROUP BY product_id
) AS source
ON target.product_id = source.product_id
WHEN MATCHED AND target.orders + source.orders = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET
    orders = target.orders + source.orders,
    quantity = target.quantity + source.quantity,
    revenue = target.revenue + source.revenue
WHEN NOT MATCHED AND source.orders > 0 THEN INSERT (product_id, orders, quantity, revenue)
VALUES (source.product_id, source.orders, source.quantity, source.revenue);
