-- Totals and two windows of 24 hours that end at a moment: the bound one, or the newest sale where
-- NULL is bound; without any sale there is no moment. Both windows leave out their start and include
-- their end. The cast makes room for the product of the largest quantity and price: DuckDB multiplies
-- in 64 bits up to 18 digits.
WITH moment AS (
    SELECT COALESCE(CAST(? AS TIMESTAMP), MAX(sold_at)) AS as_of
    FROM {schema}.orders
),
sales AS (
    SELECT sold_at, CAST(quantity AS DECIMAL(20, 0)) * unit_price AS amount
    FROM {schema}.orders
)
SELECT
    COUNT(sales.sold_at),
    COALESCE(SUM(sales.amount), 0),
    COUNT(CASE
        WHEN sales.sold_at > moment.as_of - INTERVAL '24 hours'
            AND sales.sold_at <= moment.as_of THEN 1
    END),
    COUNT(CASE
        WHEN sales.sold_at > moment.as_of - INTERVAL '48 hours'
            AND sales.sold_at <= moment.as_of - INTERVAL '24 hours' THEN 1
    END),
    COALESCE(SUM(CASE
        WHEN sales.sold_at > moment.as_of - INTERVAL '24 hours'
            AND sales.sold_at <= moment.as_of THEN sales.amount
    END), 0),
    COALESCE(SUM(CASE
        WHEN sales.sold_at > moment.as_of - INTERVAL '48 hours'
            AND sales.sold_at <= moment.as_of - INTERVAL '24 hours' THEN sales.amount
    END), 0),
    CASE WHEN COUNT(sales.sold_at) > 0 THEN moment.as_of END
FROM moment
LEFT JOIN sales ON 1 = 1
GROUP BY moment.as_of
