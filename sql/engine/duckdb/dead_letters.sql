SELECT
    event_id, stage, reason, detail, topic, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, replays
FROM {schema}.dead_letters
WHERE replayed_at IS NULL AND dismissed_at IS NULL AND (CAST(? AS VARCHAR) IS NULL OR reason = ?)
ORDER BY received_at DESC, kafka_partition, kafka_offset DESC
LIMIT ?
