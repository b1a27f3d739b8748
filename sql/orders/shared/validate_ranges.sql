-- Values that are absent or beyond belief, counted by table and rule. Bound: highest plausible unit
-- price, highest plausible quantity, latest plausible time of sale.
WITH limits AS (
    SELECT
        CAST(? AS DECIMAL(18, 2)) AS price_max,
        CAST(? AS BIGINT) AS quantity_max,
        CAST(? AS TIMESTAMP) AS sold_max
),
order_faults AS (
    SELECT
        COUNT(*) AS total,
        COALESCE(SUM(CASE
            WHEN quantity IS NULL OR unit_price IS NULL OR sold_at IS NULL
                OR ingested_at IS NULL THEN 1
            ELSE 0
        END), 0) AS absent,
        COALESCE(SUM(CASE WHEN unit_price > limits.price_max THEN 1 ELSE 0 END), 0) AS price,
        COALESCE(SUM(CASE WHEN quantity > limits.quantity_max THEN 1 ELSE 0 END), 0) AS quantity,
        COALESCE(SUM(CASE WHEN sold_at > limits.sold_max THEN 1 ELSE 0 END), 0) AS future
    FROM {schema}.orders
    CROSS JOIN limits
),
customer_faults AS (
    SELECT
        COUNT(*) AS total,
        COALESCE(SUM(CASE WHEN COALESCE(TRIM(id), '') = '' THEN 1 ELSE 0 END), 0) AS absent,
        COALESCE(SUM(CASE
            WHEN COALESCE(TRIM(name), '') = '' OR COALESCE(TRIM(email), '') = ''
                OR COALESCE(TRIM(city), '') = '' OR COALESCE(TRIM(country), '') = '' THEN 1
            ELSE 0
        END), 0) AS incomplete
    FROM {schema}.customers
),
product_faults AS (
    SELECT
        COUNT(*) AS total,
        COALESCE(SUM(CASE WHEN COALESCE(TRIM(id), '') = '' THEN 1 ELSE 0 END), 0) AS absent,
        COALESCE(SUM(CASE
            WHEN COALESCE(TRIM(product_name), '') = '' OR COALESCE(TRIM(category), '') = ''
                OR price IS NULL OR stock_quantity IS NULL THEN 1
            ELSE 0
        END), 0) AS incomplete,
        COALESCE(SUM(CASE WHEN price < 0 THEN 1 ELSE 0 END), 0) AS price,
        COALESCE(SUM(CASE WHEN stock_quantity < 0 THEN 1 ELSE 0 END), 0) AS stock
    FROM {schema}.inventory
)
SELECT
    order_faults.total,
    customer_faults.total,
    product_faults.total,
    order_faults.absent,
    customer_faults.absent,
    product_faults.absent,
    product_faults.price,
    product_faults.stock,
    order_faults.price,
    order_faults.quantity,
    order_faults.future,
    customer_faults.incomplete,
    product_faults.incomplete
FROM order_faults
CROSS JOIN customer_faults
CROSS JOIN product_faults
