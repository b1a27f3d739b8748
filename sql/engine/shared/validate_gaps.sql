-- Offset ranges that were gone before they were read: [from_offset, to_offset).
SELECT source_id, topic, kafka_partition, from_offset, to_offset, reason, noticed_at
FROM {schema}.offset_gaps
ORDER BY noticed_at DESC, source_id, kafka_partition, from_offset
LIMIT 10
