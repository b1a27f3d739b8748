-- The same as `kpi_totals`, from kept figures: only the last two days are looked up among orders.
WITH totals AS (
    SELECT
        COALESCE(SUM(orders), 0) AS orders,
        COALESCE(SUM(revenue), 0) AS revenue,
        CAST(MAX(sold_on) AS TIMESTAMP) AS newest_day
    FROM {schema}.sales_by_day
),
moment AS (
    SELECT COALESCE(CAST(? AS TIMESTAMP), MAX(sold_at)) AS as_of
    FROM {schema}.orders
    WHERE sold_at >= (SELECT newest_day FROM totals)
),
recent AS (
    SELECT sold_at, as_of, CAST(quantity AS DECIMAL(20, 0)) * unit_price AS amount
    FROM {schema}.orders
    CROSS JOIN moment
    WHERE sold_at > as_of - INTERVAL '48 hours' AND sold_at <= as_of
),
windows AS (
    SELECT
        COUNT(CASE WHEN sold_at > as_of - INTERVAL '24 hours' THEN 1 END) AS orders,
        COUNT(CASE WHEN sold_at <= as_of - INTERVAL '24 hours' THEN 1 END) AS orders_before,
        COALESCE(SUM(CASE
            WHEN sold_at > as_of - INTERVAL '24 hours' THEN amount
        END), 0) AS revenue,
        COALESCE(SUM(CASE
            WHEN sold_at <= as_of - INTERVAL '24 hours' THEN amount
        END), 0) AS revenue_before
    FROM recent
)
SELECT
    totals.orders,
    totals.revenue,
    windows.orders,
    windows.orders_before,
    windows.revenue,
    windows.revenue_before,
    CASE WHEN totals.orders > 0 THEN moment.as_of END
FROM totals
CROSS JOIN moment
CROSS JOIN windows
