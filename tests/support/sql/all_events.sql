SELECT event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset
FROM {schema}.{events}
ORDER BY event_id
