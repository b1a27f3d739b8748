INSERT INTO {schema}.{events} (
    seq, event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
    checksum
)
SELECT
    seq, concat(?, '-', kafka_partition, '-', kafka_offset),
    event_type, payload, ?, ?, kafka_partition, kafka_offset,
    checksum
FROM staged
