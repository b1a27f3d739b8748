-- Orders of the last seven UTC days that had sales, newest first.
SELECT CAST(sold_at AS DATE) AS sold_on, COUNT(*)
FROM {schema}.orders
GROUP BY CAST(sold_at AS DATE)
ORDER BY sold_on DESC
LIMIT 7
