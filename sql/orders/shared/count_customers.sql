SELECT count(*) FROM {schema}.customers
