-- The same as `kpi_revenue_by_day`, from kept figures.
SELECT sold_on, orders, revenue
FROM {schema}.sales_by_day
WHERE sold_on > (SELECT MAX(sold_on) - CAST(? AS INTEGER) FROM {schema}.sales_by_day)
ORDER BY sold_on
