-- Bound: source, partition.
DELETE FROM {schema}.consumer_offsets
WHERE source_id = ? AND kafka_partition = CAST(? AS NUMBER(10, 0))
