INSERT INTO {schema}.offset_gaps (
    source_id, topic, kafka_partition, from_offset, to_offset, reason, noticed_at
)
SELECT ?, ?, kafka_partition, from_offset, to_offset, reason, ?
FROM staged
