-- What setup.sql makes, against what stands in the catalogue. One row for each expected column: the
-- type it has, NULL where it is absent, and whether its table exists at all. Columns beyond these
-- are no fault.
WITH expected (table_name, column_name, column_type) AS (
    VALUES
        ('{events}', 'seq', 'BIGINT'),
        ('{events}', 'event_id', 'VARCHAR'),
        ('{events}', 'event_type', 'VARCHAR'),
        ('{events}', 'payload', 'JSON'),
        ('{events}', 'created_at', 'TIMESTAMP'),
        ('{events}', 'source_id', 'VARCHAR'),
        ('{events}', 'kafka_partition', 'INTEGER'),
        ('{events}', 'kafka_offset', 'BIGINT'),
        ('{events}', 'checksum', 'UBIGINT'),
        ('dead_letters', 'event_id', 'VARCHAR'),
        ('dead_letters', 'stage', 'VARCHAR'),
        ('dead_letters', 'reason', 'VARCHAR'),
        ('dead_letters', 'detail', 'VARCHAR'),
        ('dead_letters', 'topic', 'VARCHAR'),
        ('dead_letters', 'source_id', 'VARCHAR'),
        ('dead_letters', 'kafka_partition', 'INTEGER'),
        ('dead_letters', 'kafka_offset', 'BIGINT'),
        ('dead_letters', 'message_key', 'BLOB'),
        ('dead_letters', 'payload', 'BLOB'),
        ('dead_letters', 'headers', 'VARCHAR'),
        ('dead_letters', 'received_at', 'TIMESTAMP'),
        ('dead_letters', 'replayed_at', 'TIMESTAMP'),
        ('dead_letters', 'replays', 'INTEGER'),
        ('dead_letters', 'checksum', 'UBIGINT'),
        ('consumer_offsets', 'source_id', 'VARCHAR'),
        ('consumer_offsets', 'cluster_id', 'VARCHAR'),
        ('consumer_offsets', 'topic', 'VARCHAR'),
        ('consumer_offsets', 'topic_generation', 'VARCHAR'),
        ('consumer_offsets', 'kafka_partition', 'INTEGER'),
        ('consumer_offsets', 'start_offset', 'BIGINT'),
        ('consumer_offsets', 'next_offset', 'BIGINT'),
        ('consumer_offsets', 'skipped', 'BIGINT'),
        ('consumer_offsets', 'updated_at', 'TIMESTAMP'),
        ('offset_gaps', 'source_id', 'VARCHAR'),
        ('offset_gaps', 'topic', 'VARCHAR'),
        ('offset_gaps', 'kafka_partition', 'INTEGER'),
        ('offset_gaps', 'from_offset', 'BIGINT'),
        ('offset_gaps', 'to_offset', 'BIGINT'),
        ('offset_gaps', 'reason', 'VARCHAR'),
        ('offset_gaps', 'noticed_at', 'TIMESTAMP'),
        ('transform_runs', 'started_at', 'TIMESTAMP'),
        ('transform_runs', 'from_seq', 'BIGINT'),
        ('transform_runs', 'to_seq', 'BIGINT'),
        ('transform_runs', 'inserted', 'BIGINT'),
        ('transform_runs', 'updated', 'BIGINT'),
        ('transform_runs', 'stale', 'BIGINT'),
        ('transform_runs', 'quarantined', 'BIGINT'),
        ('transform_runs', 'duration_s', 'DOUBLE'),
        ('transform_runs', 'delay_s', 'DOUBLE'),
        ('validation_runs', 'run_at', 'TIMESTAMP'),
        ('validation_runs', 'status', 'VARCHAR'),
        ('validation_runs', 'raw_events', 'BIGINT'),
        ('validation_runs', 'orders', 'BIGINT'),
        ('validation_runs', 'dead_letters', 'BIGINT'),
        ('validation_runs', 'report', 'VARCHAR')
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
