INSERT INTO {schema}.orders_events (
    seq, event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
    checksum
)
SELECT
    seq, concat(?, '-', kafka_partition, '-', kafka_offset),
    'order_created', payload, ?, ?, kafka_partition, kafka_offset,
    checksum
FROM staged
