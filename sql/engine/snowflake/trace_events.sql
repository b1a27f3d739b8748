-- The raw events of one key, oldest first.
SELECT event_id, event_type, created_at, source_id, kafka_partition, kafka_offset, payload
FROM {schema}.{events}
WHERE COALESCE(payload:{key_path}::VARCHAR, payload:{deleted_key_path}::VARCHAR) = ?
ORDER BY created_at, kafka_partition, kafka_offset
