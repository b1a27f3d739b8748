-- What 03_tables.sql makes for the order pipeline, against what stands in the catalogue; as
-- validate_schema of the engine.
WITH expected AS (
    SELECT column1 AS table_name, column2 AS column_name, column3 AS column_type
    FROM VALUES
        ('orders', 'id', 'TEXT'),
        ('orders', 'product_id', 'TEXT'),
        ('orders', 'customer_id', 'TEXT'),
        ('orders', 'quantity', 'NUMBER(10,0)'),
        ('orders', 'unit_price', 'NUMBER(10,2)'),
        ('orders', 'sold_at', 'TIMESTAMP_NTZ'),
        ('orders', 'ingested_at', 'TIMESTAMP_NTZ'),
        ('orders', 'event_time', 'TIMESTAMP_NTZ'),
        ('orders', 'kafka_offset', 'NUMBER(19,0)'),
        ('customers', 'id', 'TEXT'),
        ('customers', 'name', 'TEXT'),
        ('customers', 'email', 'TEXT'),
        ('customers', 'city', 'TEXT'),
        ('customers', 'country', 'TEXT'),
        ('inventory', 'id', 'TEXT'),
        ('inventory', 'product_name', 'TEXT'),
        ('inventory', 'category', 'TEXT'),
        ('inventory', 'price', 'NUMBER(10,2)'),
        ('inventory', 'stock_quantity', 'NUMBER(10,0)')
),
found AS (
    SELECT
        LOWER(table_name) AS table_name,
        LOWER(column_name) AS column_name,
        CASE
            WHEN data_type = 'NUMBER' THEN CONCAT(
                'NUMBER(', CAST(numeric_precision AS VARCHAR), ',',
                CAST(numeric_scale AS VARCHAR), ')'
            )
            ELSE data_type
        END AS data_type
    FROM {database}.INFORMATION_SCHEMA.COLUMNS
    WHERE table_schema = {schema_text}
),
tables_found AS (
    SELECT DISTINCT table_name FROM found
)
SELECT
    expected.table_name,
    expected.column_name,
    expected.column_type,
    found.data_type,
    CASE WHEN tables_found.table_name IS NULL THEN FALSE ELSE TRUE END AS table_exists
FROM expected
LEFT JOIN found
    ON found.table_name = expected.table_name AND found.column_name = expected.column_name
LEFT JOIN tables_found ON tables_found.table_name = expected.table_name
ORDER BY expected.table_name, expected.column_name
