-- Every column of the schema with its type.
SELECT lower(table_name), lower(column_name), data_type
FROM information_schema.columns
WHERE table_catalog = current_database()
    AND lower(concat('"', table_schema, '"')) = lower('{schema}')
