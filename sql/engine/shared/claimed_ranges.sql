SELECT kafka_partition, start_offset, next_offset
FROM {schema}.consumer_offsets
WHERE source_id = ?
