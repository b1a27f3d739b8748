-- The same as `kpi_totals`, from kept figures: only the last two days are looked up among orders.
WITH newest AS (
    SELECT MAX(sold_at) AS sold_at
    FROM {schema}.orders
    WHERE sold_at >= (SELECT CAST(MAX(sold_on) AS TIMESTAMP) FROM {schema}.sales_by_day)
),
moment AS (
    SELECT COALESCE(CAST(? AS TIMESTAMP), sold_at) AS as_of
    FROM newest
),
totals AS (
    SELECT COALESCE(SUM(orders), 0) AS orders, COALESCE(SUM(revenue), 0) AS revenue
    FROM {schema}.sales_by_day
),
recent AS (
    SELECT sold_at, CAST(quantity AS DECIMAL(20, 0)) * unit_price AS amount
    FROM {schema}.orders
    WHERE sold_at > (SELECT as_of - INTERVAL '48 hours' FROM moment)
        AND sold_at <= (SELECT as_of FROM moment)
)
SELECT
    totals.orders,
    totals.revenue,
    COUNT(CASE WHEN recent.sold_at > moment.as_of - INTERVAL '24 hours' THEN 1 END),
    COUNT(CASE WHEN recent.sold_at <= moment.as_of - INTERVAL '24 hours' THEN 1 END),
    COALESCE(SUM(CASE
        WHEN recent.sold_at > moment.as_of - INTERVAL '24 hours' THEN recent.amount
    END), 0),
    COALESCE(SUM(CASE
        WHEN recent.sold_at <= moment.as_of - INTERVAL '24 hours' THEN recent.amount
    END), 0),
    CASE WHEN totals.orders > 0 THEN moment.as_of END
FROM totals
CROSS JOIN moment
LEFT JOIN recent ON 1 = 1
GROUP BY totals.orders, totals.revenue, moment.as_of
