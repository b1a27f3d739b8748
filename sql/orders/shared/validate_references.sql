-- Orders without their customer, without their product, and without either of them.
WITH known_customers AS (
    SELECT DISTINCT id FROM {schema}.customers
),
known_products AS (
    SELECT DISTINCT id FROM {schema}.inventory
)
SELECT
    COUNT(*),
    COALESCE(SUM(CASE WHEN known_customers.id IS NULL THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE WHEN known_products.id IS NULL THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE
        WHEN known_customers.id IS NULL OR known_products.id IS NULL THEN 1
        ELSE 0
    END), 0),
    (SELECT COUNT(*) FROM {schema}.customers),
    (SELECT COUNT(*) FROM {schema}.inventory)
FROM {schema}.orders AS sold
LEFT JOIN known_customers ON known_customers.id = sold.customer_id
LEFT JOIN known_products ON known_products.id = sold.product_id
