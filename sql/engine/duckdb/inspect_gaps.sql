SELECT topic, kafka_partition, from_offset, to_offset, reason, noticed_at
FROM {schema}.offset_gaps ORDER BY noticed_at DESC LIMIT ?
