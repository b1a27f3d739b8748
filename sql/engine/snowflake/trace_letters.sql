-- The dead letters of one key: by the key of the record, or by the event that the merge refused.
-- Replayed ones too.
SELECT
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    received_at, replayed_at, replays, message_key, payload
FROM {schema}.dead_letters
WHERE
    message_key = TO_BINARY(?, 'UTF-8')
    OR event_id IN (
        SELECT raw.event_id
        FROM {schema}.{events} AS raw
        WHERE COALESCE(raw.payload:{key_path}::VARCHAR, raw.payload:{deleted_key_path}::VARCHAR) = ?
    )
ORDER BY received_at, kafka_partition, kafka_offset
