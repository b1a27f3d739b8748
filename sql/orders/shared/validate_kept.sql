-- Kept figures against the orders themselves, in one statement, hence one state of the warehouse.
WITH days AS (
    SELECT
        CAST(sold_at AS DATE) AS sold_on,
        COUNT(*) AS orders,
        SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price) AS revenue
    FROM {schema}.orders
    GROUP BY CAST(sold_at AS DATE)
),
products AS (
    SELECT
        product_id,
        COUNT(*) AS orders,
        SUM(quantity) AS quantity,
        SUM(CAST(quantity AS DECIMAL(20, 0)) * unit_price) AS revenue
    FROM {schema}.orders
    GROUP BY product_id
)
SELECT
    (SELECT COALESCE(SUM(orders), 0) FROM days),
    (
        SELECT COUNT(*)
        FROM days
        FULL OUTER JOIN {schema}.sales_by_day AS kept ON kept.sold_on = days.sold_on
        WHERE COALESCE(kept.orders, 0) <> COALESCE(days.orders, 0)
            OR COALESCE(kept.revenue, 0) <> COALESCE(days.revenue, 0)
    ),
    (
        SELECT COUNT(*)
        FROM products
        FULL OUTER JOIN {schema}.sales_by_product AS kept ON kept.product_id = products.product_id
        WHERE COALESCE(kept.orders, 0) <> COALESCE(products.orders, 0)
            OR COALESCE(kept.quantity, 0) <> COALESCE(products.quantity, 0)
            OR COALESCE(kept.revenue, 0) <> COALESCE(products.revenue, 0)
    )
