-- Rows with absent or implausible values, with their rule, impossible ones first. Bound as in
-- validate_ranges.
WITH limits AS (
    SELECT
        CAST(? AS DECIMAL(18, 2)) AS price_max,
        CAST(? AS BIGINT) AS quantity_max,
        CAST(? AS TIMESTAMP) AS sold_max
),
order_faults AS (
    SELECT
        id,
        CASE
            WHEN quantity IS NULL OR unit_price IS NULL OR sold_at IS NULL
                OR ingested_at IS NULL THEN 'missing_values'
            WHEN unit_price > limits.price_max THEN 'price_above_max'
            WHEN quantity > limits.quantity_max THEN 'quantity_above_max'
            WHEN sold_at > limits.sold_max THEN 'sold_in_future'
        END AS rule,
        CONCAT(
            'quantity ', COALESCE(CAST(quantity AS VARCHAR), '-'),
            ', unit_price ', COALESCE(CAST(unit_price AS VARCHAR), '-'),
            ', sold_at ', COALESCE(CAST(sold_at AS VARCHAR), '-')
        ) AS found
    FROM {schema}.orders
    CROSS JOIN limits
),
customer_faults AS (
    SELECT
        id,
        CASE
            WHEN COALESCE(TRIM(id), '') = '' THEN 'missing_values'
            WHEN COALESCE(TRIM(name), '') = '' OR COALESCE(TRIM(email), '') = ''
                OR COALESCE(TRIM(city), '') = '' OR COALESCE(TRIM(country), '') = ''
                THEN 'incomplete'
        END AS rule,
        CONCAT(
            'name ', COALESCE(name, '-'), ', email ', COALESCE(email, '-'),
            ', city ', COALESCE(city, '-'), ', country ', COALESCE(country, '-')
        ) AS found
    FROM {schema}.customers
),
product_faults AS (
    SELECT
        id,
        CASE
            WHEN COALESCE(TRIM(id), '') = '' THEN 'missing_values'
            WHEN price < 0 THEN 'negative_price'
            WHEN stock_quantity < 0 THEN 'negative_stock'
            WHEN COALESCE(TRIM(product_name), '') = '' OR COALESCE(TRIM(category), '') = ''
                OR price IS NULL OR stock_quantity IS NULL THEN 'incomplete'
        END AS rule,
        CONCAT(
            'product_name ', COALESCE(product_name, '-'), ', category ', COALESCE(category, '-'),
            ', price ', COALESCE(CAST(price AS VARCHAR), '-'),
            ', stock_quantity ', COALESCE(CAST(stock_quantity AS VARCHAR), '-')
        ) AS found
    FROM {schema}.inventory
),
faults AS (
    SELECT 'orders' AS table_name, id, rule, found FROM order_faults WHERE rule IS NOT NULL
    UNION ALL
    SELECT 'customers', id, rule, found FROM customer_faults WHERE rule IS NOT NULL
    UNION ALL
    SELECT 'inventory', id, rule, found FROM product_faults WHERE rule IS NOT NULL
)
SELECT table_name, id, rule, found
FROM faults
ORDER BY
    CASE WHEN rule IN ('missing_values', 'negative_price', 'negative_stock') THEN 0 ELSE 1 END,
    table_name,
    id,
    rule
LIMIT 10
