-- Whether the kept figures may stand for the orders, as far as numbers of orders tell: who fills or
-- empties the table by hand leaves them behind. The check `kept_figures` compares all of them.
SELECT
    rows_now.counted = (SELECT COALESCE(SUM(orders), 0) FROM {schema}.sales_by_day)
    AND rows_now.counted = (SELECT COALESCE(SUM(orders), 0) FROM {schema}.sales_by_product)
FROM (SELECT COUNT(*) AS counted FROM {schema}.orders) AS rows_now
