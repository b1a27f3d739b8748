-- The raw events of one key, oldest first.
SELECT event_id, event_type, created_at, source_id, kafka_partition, kafka_offset, payload
FROM {schema}.{events}
WHERE CASE WHEN json_valid(payload) THEN COALESCE(
    json_extract_string(payload, '$.{key_path}'),
    json_extract_string(payload, '$.{deleted_key_path}')
) END = ?
ORDER BY seq
