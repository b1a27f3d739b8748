-- Orders and revenue of each UTC day that had sales, for the bound number of days up to the day of
-- the newest sale.
SELECT
    CAST(sold_at AS DATE) AS sold_on,
    COUNT(*),
    SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price)
FROM {schema}.orders
WHERE CAST(sold_at AS DATE) > (
    SELECT CAST(MAX(sold_at) AS DATE) - CAST(? AS INTEGER) FROM {schema}.orders
)
GROUP BY CAST(sold_at AS DATE)
ORDER BY sold_on
