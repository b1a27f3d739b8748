-- Partitions that two first claims at once entered twice, as the one row each that is right: the
-- widest span that was ever read. Nothing was stored behind the lower of two offsets, because the
-- higher start says that what lay between was gone. Bound: source.
SELECT
    kafka_partition, MAX(cluster_id), MAX(topic), MAX(topic_generation), MIN(start_offset),
    MAX(next_offset), MAX(skipped)
FROM {schema}.consumer_offsets
WHERE source_id = ?
GROUP BY kafka_partition
HAVING COUNT(source_id) > 1
ORDER BY kafka_partition
