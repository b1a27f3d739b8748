-- Totals and two windows of 24 hours that end at a moment: the bound one, or the newest sale where
-- NULL is bound. Both windows leave out their start and include their end.
WITH moment AS (
    SELECT COALESCE(CAST(? AS TIMESTAMP), MAX(sold_at)) AS as_of
    FROM {schema}.orders
)
SELECT
    moment.as_of,
    COUNT(orders.sold_at),
    COALESCE(SUM(orders.quantity * orders.unit_price), 0),
    COUNT(CASE
        WHEN orders.sold_at > moment.as_of - INTERVAL '24 hours'
            AND orders.sold_at <= moment.as_of THEN 1
    END),
    COUNT(CASE
        WHEN orders.sold_at > moment.as_of - INTERVAL '48 hours'
            AND orders.sold_at <= moment.as_of - INTERVAL '24 hours' THEN 1
    END),
    COALESCE(SUM(CASE
        WHEN orders.sold_at > moment.as_of - INTERVAL '24 hours'
            AND orders.sold_at <= moment.as_of THEN orders.quantity * orders.unit_price
    END), 0),
    COALESCE(SUM(CASE
        WHEN orders.sold_at > moment.as_of - INTERVAL '48 hours'
            AND orders.sold_at <= moment.as_of - INTERVAL '24 hours'
            THEN orders.quantity * orders.unit_price
    END), 0)
FROM moment
LEFT JOIN {schema}.orders AS orders ON 1 = 1
GROUP BY moment.as_of
