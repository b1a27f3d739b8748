-- How far earlier incarnations of a topic were read: the newest one first.
SELECT source_id, kafka_partition, next_offset
FROM {schema}.consumer_offsets
WHERE cluster_id = ? AND topic = ? AND source_id <> ?
ORDER BY updated_at DESC, source_id, kafka_partition
