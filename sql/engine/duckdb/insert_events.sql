INSERT INTO {schema}.{events} (
    seq, event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
    checksum
)
SELECT
    seq, concat($source_id, '-', kafka_partition, '-', kafka_offset),
    event_type, payload, $received_at, $source_id, kafka_partition, kafka_offset,
    checksum
FROM staged
