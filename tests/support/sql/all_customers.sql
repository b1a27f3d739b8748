SELECT id, name, email, city, country FROM {schema}.customers ORDER BY id
