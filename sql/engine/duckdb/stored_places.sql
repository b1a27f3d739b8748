-- What is stored of a range of offsets: events, letters of the consumer that wait, and those that are
-- closed. Bound: source, partition, begin and end, twice.
SELECT kafka_offset, 'event' AS kind
FROM {schema}.{events}
WHERE source_id = ? AND kafka_partition = ? AND kafka_offset >= ? AND kafka_offset < ?
UNION ALL
SELECT
    kafka_offset,
    CASE WHEN replayed_at IS NULL AND dismissed_at IS NULL THEN 'waiting' ELSE 'closed' END
FROM {schema}.dead_letters
WHERE stage = 'decode'
    AND source_id = ? AND kafka_partition = ? AND kafka_offset >= ? AND kafka_offset < ?
