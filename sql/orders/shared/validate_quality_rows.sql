-- Orders with an empty id, a negative price or a quantity below one.
SELECT id, product_id, customer_id, quantity, unit_price, sold_at
FROM {schema}.orders
WHERE COALESCE(TRIM(id), '') = '' OR COALESCE(TRIM(product_id), '') = ''
    OR COALESCE(TRIM(customer_id), '') = '' OR unit_price < 0 OR quantity <= 0
ORDER BY id, sold_at
LIMIT 10
