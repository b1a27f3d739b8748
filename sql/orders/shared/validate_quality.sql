-- Orders that no check of the consumer should have let through.
SELECT
    COUNT(*),
    COALESCE(SUM(CASE
        WHEN COALESCE(TRIM(id), '') = '' OR COALESCE(TRIM(product_id), '') = ''
            OR COALESCE(TRIM(customer_id), '') = '' THEN 1
        ELSE 0
    END), 0),
    COALESCE(SUM(CASE WHEN unit_price < 0 THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE WHEN quantity <= 0 THEN 1 ELSE 0 END), 0)
FROM {schema}.orders
