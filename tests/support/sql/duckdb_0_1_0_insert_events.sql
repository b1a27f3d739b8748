INSERT INTO {schema}.orders_events (
    event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset
)
SELECT
    concat(?, '-', kafka_partition, '-', kafka_offset),
    'order_created', payload, ?, ?, kafka_partition, kafka_offset
FROM staged
