-- Orders whose customer or product no table knows.
WITH known_customers AS (
    SELECT DISTINCT id FROM {schema}.customers
),
known_products AS (
    SELECT DISTINCT id FROM {schema}.inventory
)
SELECT
    sold.id,
    CASE WHEN known_customers.id IS NULL THEN sold.customer_id END,
    CASE WHEN known_products.id IS NULL THEN sold.product_id END
FROM {schema}.orders AS sold
LEFT JOIN known_customers ON known_customers.id = sold.customer_id
LEFT JOIN known_products ON known_products.id = sold.product_id
WHERE known_customers.id IS NULL OR known_products.id IS NULL
ORDER BY sold.id
LIMIT 10
