-- After orders were written: the orders that this run names as they are now, less what they were.
-- A day or product that no order is left of goes.
MERGE INTO {schema}.sales_by_day AS target
USING (
    SELECT
        sold_on,
        SUM(orders) AS orders,
        SUM(revenue) AS revenue
    FROM (
        SELECT
            CAST(known.sold_at AS DATE) AS sold_on,
            1 AS orders,
            CAST(known.quantity AS NUMBER(20, 0)) * known.unit_price AS revenue
        FROM {schema}.orders AS known
        INNER JOIN (
            SELECT DISTINCT id FROM {schema}.merge_batch WHERE usable
        ) AS named ON named.id = known.id
        UNION ALL
        SELECT
            CAST(sold_at AS DATE) AS sold_on,
            -1 AS orders,
            -(CAST(quantity AS NUMBER(20, 0)) * unit_price) AS revenue
        FROM {schema}.kept_before_batch
    ) AS changed
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
    FROM (
        SELECT
            known.product_id,
            1 AS orders,
            known.quantity,
            CAST(known.quantity AS NUMBER(20, 0)) * known.unit_price AS revenue
        FROM {schema}.orders AS known
        INNER JOIN (
            SELECT DISTINCT id FROM {schema}.merge_batch WHERE usable
        ) AS named ON named.id = known.id
        UNION ALL
        SELECT
            product_id,
            -1 AS orders,
            -quantity AS quantity,
            -(CAST(quantity AS NUMBER(20, 0)) * unit_price) AS revenue
        FROM {schema}.kept_before_batch
    ) AS changed
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
