-- Where the raw events of a topic begin that the merge has not taken yet, by partition.
SELECT kafka_partition, MIN(kafka_offset)
FROM {schema}.{events}
WHERE
    seq > (SELECT COALESCE(MAX(to_seq), 0) FROM {schema}.transform_runs)
    AND source_id = ?
GROUP BY kafka_partition
