-- The same as `kpi_recent_orders`: kept figures tell how many days back the twenty newest orders
-- reach, so that only those days are looked up among orders.
WITH days AS (
    SELECT
        sold_on,
        SUM(orders) OVER (
            ORDER BY sold_on DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - orders AS newer
    FROM {schema}.sales_by_day
),
recent AS (
    SELECT id, customer_id, product_id, quantity, unit_price, sold_at
    FROM {schema}.orders
    WHERE sold_at >= (SELECT CAST(MIN(sold_on) AS TIMESTAMP) FROM days WHERE newer < 20)
    ORDER BY sold_at DESC, id DESC
    LIMIT 20
)
SELECT
    recent.id,
    MIN(buyers.name),
    MIN(products.product_name),
    recent.quantity,
    recent.unit_price,
    recent.sold_at
FROM recent
LEFT JOIN {schema}.customers AS buyers ON buyers.id = recent.customer_id
LEFT JOIN {schema}.inventory AS products ON products.id = recent.product_id
GROUP BY recent.id, recent.quantity, recent.unit_price, recent.sold_at
ORDER BY recent.sold_at DESC, recent.id DESC
