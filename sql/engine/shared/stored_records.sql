-- Where in its topic every stored record stood: events, and letters that never became one.
SELECT source_id, kafka_partition, kafka_offset
FROM {schema}.{events}
UNION ALL
SELECT source_id, kafka_partition, kafka_offset
FROM {schema}.dead_letters
WHERE stage = 'decode'
