-- The same as `kpi_top_products`, from kept figures.
WITH best AS (
    SELECT product_id, quantity, revenue, orders
    FROM {schema}.sales_by_product
    ORDER BY revenue DESC, product_id
    LIMIT 5
),
known AS (
    SELECT
        id,
        product_name,
        category,
        ROW_NUMBER() OVER (PARTITION BY id ORDER BY product_name, category) AS copy
    FROM {schema}.inventory
    WHERE id IN (SELECT product_id FROM best)
)
SELECT
    best.product_id,
    known.product_name,
    known.category,
    best.quantity,
    best.revenue,
    best.orders
FROM best
LEFT JOIN known ON known.id = best.product_id AND known.copy = 1
ORDER BY best.revenue DESC, best.product_id
