-- Where the raw events of a topic begin that the merge has not taken yet, by partition.
SELECT kafka_partition, MIN(kafka_offset)
FROM {schema}.{events}_stream
WHERE source_id = ?
GROUP BY kafka_partition
