INSERT INTO {schema}.inventory (id, product_name, category, price, stock_quantity)
SELECT id, product_name, category, price, stock_quantity FROM staged_reference
