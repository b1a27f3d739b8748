SELECT event_id, source_id, kafka_partition, kafka_offset, stage
FROM {schema}.dead_letters
WHERE rowid = ?
