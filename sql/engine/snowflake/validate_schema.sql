-- What 03_tables.sql makes, against what stands in the catalogue. One row for each expected column:
-- the type it has, NULL where it is absent, and whether its table exists at all. Columns beyond
-- these are no fault.
WITH expected AS (
    SELECT column1 AS table_name, column2 AS column_name, column3 AS column_type
    FROM VALUES
        ('{events}', 'seq', 'NUMBER(38,0)'),
        ('{events}', 'event_id', 'TEXT'),
        ('{events}', 'event_type', 'TEXT'),
        ('{events}', 'payload', 'VARIANT'),
        ('{events}', 'created_at', 'TIMESTAMP_NTZ'),
        ('{events}', 'source_id', 'TEXT'),
        ('{events}', 'kafka_partition', 'NUMBER(10,0)'),
        ('{events}', 'kafka_offset', 'NUMBER(19,0)'),
        ('{events}', 'checksum', 'TEXT'),
        ('dead_letters', 'event_id', 'TEXT'),
        ('dead_letters', 'stage', 'TEXT'),
        ('dead_letters', 'reason', 'TEXT'),
        ('dead_letters', 'detail', 'TEXT'),
        ('dead_letters', 'topic', 'TEXT'),
        ('dead_letters', 'source_id', 'TEXT'),
        ('dead_letters', 'kafka_partition', 'NUMBER(10,0)'),
        ('dead_letters', 'kafka_offset', 'NUMBER(19,0)'),
        ('dead_letters', 'message_key', 'BINARY'),
        ('dead_letters', 'payload', 'BINARY'),
        ('dead_letters', 'headers', 'TEXT'),
        ('dead_letters', 'received_at', 'TIMESTAMP_NTZ'),
        ('dead_letters', 'replayed_at', 'TIMESTAMP_NTZ'),
        ('dead_letters', 'replays', 'NUMBER(10,0)'),
        ('dead_letters', 'checksum', 'TEXT'),
        ('consumer_offsets', 'source_id', 'TEXT'),
        ('consumer_offsets', 'cluster_id', 'TEXT'),
        ('consumer_offsets', 'topic', 'TEXT'),
        ('consumer_offsets', 'topic_generation', 'TEXT'),
        ('consumer_offsets', 'kafka_partition', 'NUMBER(10,0)'),
        ('consumer_offsets', 'start_offset', 'NUMBER(19,0)'),
        ('consumer_offsets', 'next_offset', 'NUMBER(19,0)'),
        ('consumer_offsets', 'skipped', 'NUMBER(19,0)'),
        ('consumer_offsets', 'updated_at', 'TIMESTAMP_NTZ'),
        ('offset_gaps', 'source_id', 'TEXT'),
        ('offset_gaps', 'topic', 'TEXT'),
        ('offset_gaps', 'kafka_partition', 'NUMBER(10,0)'),
        ('offset_gaps', 'from_offset', 'NUMBER(19,0)'),
        ('offset_gaps', 'to_offset', 'NUMBER(19,0)'),
        ('offset_gaps', 'reason', 'TEXT'),
        ('offset_gaps', 'noticed_at', 'TIMESTAMP_NTZ'),
        ('transform_runs', 'started_at', 'TIMESTAMP_NTZ'),
        ('transform_runs', 'from_seq', 'NUMBER(38,0)'),
        ('transform_runs', 'to_seq', 'NUMBER(38,0)'),
        ('transform_runs', 'inserted', 'NUMBER(19,0)'),
        ('transform_runs', 'updated', 'NUMBER(19,0)'),
        ('transform_runs', 'stale', 'NUMBER(19,0)'),
        ('transform_runs', 'quarantined', 'NUMBER(19,0)'),
        ('transform_runs', 'duration_s', 'FLOAT'),
        ('transform_runs', 'delay_s', 'FLOAT'),
        ('validation_runs', 'run_at', 'TIMESTAMP_NTZ'),
        ('validation_runs', 'status', 'TEXT'),
        ('validation_runs', 'raw_events', 'NUMBER(19,0)'),
        ('validation_runs', 'orders', 'NUMBER(19,0)'),
        ('validation_runs', 'dead_letters', 'NUMBER(19,0)'),
        ('validation_runs', 'report', 'TEXT')
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
