-- What tables.sql makes, against what stands in the catalogue; as validate_schema of the engine.
WITH expected (table_name, column_name, column_type) AS (
    VALUES
        ('orders', 'id', 'VARCHAR'),
        ('orders', 'product_id', 'VARCHAR'),
        ('orders', 'customer_id', 'VARCHAR'),
        ('orders', 'quantity', 'INTEGER'),
        ('orders', 'unit_price', 'DECIMAL(10,2)'),
        ('orders', 'sold_at', 'TIMESTAMP'),
        ('orders', 'ingested_at', 'TIMESTAMP'),
        ('orders', 'event_time', 'TIMESTAMP'),
        ('orders', 'kafka_offset', 'BIGINT'),
        ('customers', 'id', 'VARCHAR'),
        ('customers', 'name', 'VARCHAR'),
        ('customers', 'email', 'VARCHAR'),
        ('customers', 'city', 'VARCHAR'),
        ('customers', 'country', 'VARCHAR'),
        ('inventory', 'id', 'VARCHAR'),
        ('inventory', 'product_name', 'VARCHAR'),
        ('inventory', 'category', 'VARCHAR'),
        ('inventory', 'price', 'DECIMAL(10,2)'),
        ('inventory', 'stock_quantity', 'INTEGER')
),
found AS (
    SELECT lower(table_name) AS table_name, lower(column_name) AS column_name, data_type
    FROM information_schema.columns
    WHERE table_catalog = current_database()
        AND lower(concat('"', table_schema, '"')) = lower('{schema}')
)
SELECT
    expected.table_name,
    expected.column_name,
    expected.column_type,
    found.data_type,
    expected.table_name IN (SELECT table_name FROM found) AS table_exists
FROM expected
LEFT JOIN found
    ON found.table_name = expected.table_name AND found.column_name = expected.column_name
ORDER BY expected.table_name, expected.column_name
