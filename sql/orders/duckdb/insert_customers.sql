INSERT INTO {schema}.customers (id, name, email, city, country)
SELECT id, name, email, city, country FROM staged_reference
