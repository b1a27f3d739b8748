SELECT id, product_name, category, price, stock_quantity FROM {schema}.inventory ORDER BY id
