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
),
buyers AS (
    SELECT id, name, ROW_NUMBER() OVER (PARTITION BY id ORDER BY name) AS copy
    FROM {schema}.customers
    WHERE id IN (SELECT customer_id FROM recent)
),
products AS (
    SELECT id, product_name, ROW_NUMBER() OVER (PARTITION BY id ORDER BY product_name) AS copy
    FROM {schema}.inventory
    WHERE id IN (SELECT product_id FROM recent)
)
SELECT
    recent.id,
    buyers.name,
    products.product_name,
    recent.quantity,
    recent.unit_price,
    recent.sold_at
FROM recent
LEFT JOIN buyers ON buyers.id = recent.customer_id AND buyers.copy = 1
LEFT JOIN products ON products.id = recent.product_id AND products.copy = 1
ORDER BY recent.sold_at DESC, recent.id DESC
