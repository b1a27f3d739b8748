-- Where every stored record came from; used to prove that each appears once.
SELECT source_id, kafka_partition, kafka_offset FROM {schema}.{events}
UNION ALL
SELECT source_id, kafka_partition, kafka_offset FROM {schema}.dead_letters WHERE stage = 'decode'
ORDER BY 1, 2, 3
