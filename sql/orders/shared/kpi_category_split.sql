-- Orders, pieces and revenue of each category; orders whose product is unknown stand under NULL.
-- Grouped by product before the join, which then joins thousands of rows instead of millions.
WITH sold AS (
    SELECT
        product_id,
        COUNT(*) AS order_count,
        SUM(quantity) AS total_quantity,
        SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price) AS total_revenue
    FROM {schema}.orders
    GROUP BY product_id
),
known AS (
    SELECT id, MIN(category) AS category
    FROM {schema}.inventory
    GROUP BY id
)
SELECT
    known.category,
    SUM(sold.order_count),
    SUM(sold.total_quantity),
    SUM(sold.total_revenue) AS revenue
FROM sold
LEFT JOIN known ON known.id = sold.product_id
GROUP BY known.category
ORDER BY revenue DESC, known.category
