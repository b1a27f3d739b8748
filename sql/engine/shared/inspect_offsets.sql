SELECT topic, source_id, kafka_partition, start_offset, next_offset, skipped, updated_at
FROM {schema}.consumer_offsets ORDER BY updated_at DESC, source_id, kafka_partition LIMIT 1000
