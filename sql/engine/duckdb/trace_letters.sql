-- The dead letters of one key: by the key of the record, by the event that the merge refused, or where
-- the key is only to be read in a payload that is no JSON. Replayed ones too.
SELECT
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    received_at, replayed_at, replays, message_key, payload
FROM {schema}.dead_letters
WHERE
    message_key = encode(?)
    OR contains(CAST(payload AS VARCHAR), CAST(encode(?) AS VARCHAR))
ORDER BY received_at, kafka_partition, kafka_offset
