-- Price and stock come as text that was checked: nothing is rounded on the way.
INSERT INTO {schema}.inventory (id, product_name, category, price, stock_quantity)
SELECT id, product_name, category, CAST(price AS DECIMAL(10, 2)), CAST(stock_quantity AS INTEGER)
FROM staged_reference
