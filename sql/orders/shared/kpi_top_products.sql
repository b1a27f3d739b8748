-- The five products that earned most. Grouped before the join, so that a product that is missing
-- from the inventory still counts, and one that appears twice is not counted twice.
WITH best AS (
    SELECT
        product_id,
        SUM(quantity) AS total_quantity,
        SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price) AS total_revenue,
        COUNT(*) AS order_count
    FROM {schema}.orders
    GROUP BY product_id
    ORDER BY total_revenue DESC, product_id
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
    best.total_quantity,
    best.total_revenue,
    best.order_count
FROM best
LEFT JOIN known ON known.id = best.product_id AND known.copy = 1
ORDER BY best.total_revenue DESC, best.product_id
