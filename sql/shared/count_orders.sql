SELECT count(*) FROM {schema}.orders
