INSERT INTO {schema}.consumer_offsets (
    source_id, cluster_id, topic, topic_generation, kafka_partition,
    start_offset, next_offset, updated_at
)
SELECT ?, ?, ?, ?, ?, ?, ?, ?
WHERE NOT EXISTS (
    SELECT 1 FROM {schema}.consumer_offsets WHERE source_id = ? AND kafka_partition = ?
)
