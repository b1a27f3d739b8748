SELECT id, quantity, unit_price FROM {schema}.orders ORDER BY id
