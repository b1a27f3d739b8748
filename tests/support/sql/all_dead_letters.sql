SELECT
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, replayed_at, replays
FROM {schema}.dead_letters
ORDER BY event_id, stage
