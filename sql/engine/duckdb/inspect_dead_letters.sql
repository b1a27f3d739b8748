-- A list for people: key and payload are cut, the payload's true size comes last.
SELECT
    event_id, stage, reason, detail, topic, kafka_partition, kafka_offset,
    message_key[1:?], payload[1:?], headers, received_at, replays,
    COALESCE(octet_length(payload), 0)
FROM {schema}.dead_letters
WHERE replayed_at IS NULL AND dismissed_at IS NULL
ORDER BY received_at DESC, event_id
LIMIT ?
