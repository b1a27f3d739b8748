SELECT id, price, stock_quantity, product_name FROM {schema}.inventory ORDER BY id
