-- Every column of the schema with its type.
SELECT
    LOWER(table_name),
    LOWER(column_name),
    CASE
        WHEN data_type = 'NUMBER' THEN CONCAT(
            'NUMBER(', CAST(numeric_precision AS VARCHAR), ',',
            CAST(numeric_scale AS VARCHAR), ')'
        )
        ELSE data_type
    END
FROM {database}.INFORMATION_SCHEMA.COLUMNS
WHERE table_schema = {schema_text}
