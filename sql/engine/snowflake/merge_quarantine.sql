-- Events whose fields do not cast, with the names of those fields; each once, however often merged.
INSERT INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    payload, received_at
)
SELECT
    batch.event_id,
    'merge',
    'cast',
    batch.unusable,
    COALESCE(topics.topic, ''),
    batch.source_id,
    batch.kafka_partition,
    batch.kafka_offset,
    TO_BINARY(TO_JSON(batch.payload), 'UTF-8'),
    {now}
FROM {schema}.merge_batch AS batch
LEFT JOIN (
    SELECT source_id, MIN(topic) AS topic
    FROM {schema}.consumer_offsets
    GROUP BY source_id
) AS topics ON topics.source_id = batch.source_id
LEFT JOIN (
    SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
) AS known ON known.event_id = batch.event_id
WHERE NOT batch.usable AND known.event_id IS NULL
