-- The newest dead letters that were not published again.
SELECT event_id, stage, reason, detail, topic, kafka_partition, kafka_offset, received_at
FROM {schema}.dead_letters
WHERE replayed_at IS NULL AND dismissed_at IS NULL
ORDER BY received_at DESC, event_id
LIMIT 10
