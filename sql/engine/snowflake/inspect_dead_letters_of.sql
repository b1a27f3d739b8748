SELECT
    event_id, stage, reason, detail, topic, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, replays, COALESCE(OCTET_LENGTH(payload), 0)
FROM {schema}.dead_letters
WHERE replayed_at IS NULL AND dismissed_at IS NULL AND event_id IN (
    SELECT item.value::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
)
ORDER BY received_at, event_id
