-- Offset ranges of one partition that the consumer moved over and that nothing is stored for: no raw
-- event, no dead letter, no gap. Offsets without a record (transaction markers) show here too.
-- Bound: source and partition.
WITH covered AS (
    SELECT source_id, kafka_partition, kafka_offset AS from_offset, kafka_offset + 1 AS to_offset
    FROM {schema}.{events}
    UNION ALL
    SELECT source_id, kafka_partition, kafka_offset, kafka_offset + 1
    FROM {schema}.dead_letters
    WHERE stage = 'decode'
    UNION ALL
    SELECT source_id, kafka_partition, from_offset, to_offset
    FROM {schema}.offset_gaps
    UNION ALL
    SELECT source_id, kafka_partition, start_offset, start_offset
    FROM {schema}.consumer_offsets
    UNION ALL
    SELECT source_id, kafka_partition, next_offset, next_offset
    FROM {schema}.consumer_offsets
),
chained AS (
    SELECT
        source_id,
        kafka_partition,
        from_offset,
        MAX(to_offset) OVER (
            PARTITION BY source_id, kafka_partition
            ORDER BY from_offset, to_offset
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_to
    FROM covered
)
SELECT
    chained.source_id,
    tracked.topic,
    chained.kafka_partition,
    chained.covered_to,
    chained.from_offset
FROM chained
INNER JOIN {schema}.consumer_offsets AS tracked
    ON tracked.source_id = chained.source_id
    AND tracked.kafka_partition = chained.kafka_partition
WHERE chained.source_id = ?
    AND chained.kafka_partition = ?
    AND chained.from_offset > chained.covered_to
    AND chained.covered_to >= tracked.start_offset
    AND chained.from_offset <= tracked.next_offset
ORDER BY chained.covered_to
LIMIT 10
