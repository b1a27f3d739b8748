SELECT event_id, source_id, kafka_partition, kafka_offset, 'event'
FROM {schema}.{events}
WHERE seq = ?
