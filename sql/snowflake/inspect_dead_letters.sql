-- A list for people: key and payload are cut, the payload's true size comes last.
SELECT
    event_id, stage, reason, detail, topic, kafka_partition, kafka_offset,
    SUBSTR(message_key, 1, CAST(? AS INTEGER)), SUBSTR(payload, 1, CAST(? AS INTEGER)),
    headers, received_at, replays, COALESCE(OCTET_LENGTH(payload), 0)
FROM {schema}.dead_letters
WHERE replayed_at IS NULL
QUALIFY ROW_NUMBER() OVER (ORDER BY received_at DESC, event_id) <= CAST(? AS INTEGER)
ORDER BY received_at DESC, event_id
