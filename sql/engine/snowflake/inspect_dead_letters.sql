-- A list for people: key and payload are cut, the payload's true size comes last.
WITH kept AS (
    SELECT
        CAST(? AS INTEGER) AS key_bytes,
        CAST(? AS INTEGER) AS payload_bytes,
        CAST(? AS INTEGER) AS letters
)
SELECT
    event_id, stage, reason, detail, topic, kafka_partition, kafka_offset,
    SUBSTR(message_key, 1, kept.key_bytes), SUBSTR(payload, 1, kept.payload_bytes),
    headers, received_at, replays, COALESCE(OCTET_LENGTH(payload), 0)
FROM {schema}.dead_letters
CROSS JOIN kept
WHERE replayed_at IS NULL AND dismissed_at IS NULL
QUALIFY ROW_NUMBER() OVER (ORDER BY received_at DESC, event_id) <= kept.letters
ORDER BY received_at DESC, event_id
