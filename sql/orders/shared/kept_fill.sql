-- The kept figures from all orders, where there are none yet. Safe to repeat.
INSERT INTO {schema}.sales_by_day (sold_on, orders, revenue)
SELECT
    CAST(sold_at AS DATE),
    COUNT(*),
    SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price)
FROM {schema}.orders
WHERE NOT EXISTS (SELECT 1 FROM {schema}.sales_by_day)
GROUP BY CAST(sold_at AS DATE);

INSERT INTO {schema}.sales_by_product (product_id, orders, quantity, revenue)
SELECT
    product_id,
    COUNT(*),
    SUM(quantity),
    SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price)
FROM {schema}.orders
WHERE NOT EXISTS (SELECT 1 FROM {schema}.sales_by_product)
GROUP BY product_id;
