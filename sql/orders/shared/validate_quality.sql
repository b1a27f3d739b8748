-- Orders that no check of the consumer should have let through. Only ids that begin with a blank, or are
-- absent, sort before '!': the others need no TRIM.
SELECT
    COUNT(*),
    COALESCE(SUM(CASE
        WHEN COALESCE(id, '') >= '!' AND COALESCE(product_id, '') >= '!'
            AND COALESCE(customer_id, '') >= '!' THEN 0
        WHEN COALESCE(TRIM(id), '') = '' OR COALESCE(TRIM(product_id), '') = ''
            OR COALESCE(TRIM(customer_id), '') = '' THEN 1
        ELSE 0
    END), 0),
    COALESCE(SUM(CASE WHEN unit_price < 0 THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE WHEN quantity <= 0 THEN 1 ELSE 0 END), 0)
FROM {schema}.orders
