-- The same as `kpi_category_split`, from kept figures. The category is looked up when it is read, so
-- that a product which changes its category takes all its orders along.
WITH known AS (
    SELECT id, MIN(category) AS category
    FROM {schema}.inventory
    GROUP BY id
)
SELECT
    known.category,
    SUM(sold.orders),
    SUM(sold.quantity),
    SUM(sold.revenue) AS revenue
FROM {schema}.sales_by_product AS sold
LEFT JOIN known ON known.id = sold.product_id
GROUP BY known.category
ORDER BY revenue DESC, known.category
