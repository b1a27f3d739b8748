SELECT kafka_partition, next_offset FROM {schema}.consumer_offsets WHERE source_id = ?
