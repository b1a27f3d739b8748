-- For each partition of each incarnation of a topic: the offsets the consumer moved over, against
-- what it stored for them. One statement, hence one state, although the consumer may be running.
-- Records are also counted as distinct offsets inside the range, so that one offset stored twice
-- cannot make up for another that is lost.
WITH records AS (
    SELECT source_id, kafka_partition, kafka_offset, 1 AS raw_event
    FROM {schema}.{events}
    UNION ALL
    SELECT source_id, kafka_partition, kafka_offset, 0 AS raw_event
    FROM {schema}.dead_letters
    WHERE stage = 'decode'
),
tracked AS (
    SELECT
        source_id,
        kafka_partition,
        MIN(topic) AS topic,
        MIN(start_offset) AS start_offset,
        MAX(next_offset) AS next_offset,
        MAX(skipped) AS skipped,
        MAX(updated_at) AS updated_at,
        COUNT(*) AS entries
    FROM {schema}.consumer_offsets
    GROUP BY source_id, kafka_partition
),
stored AS (
    SELECT
        records.source_id,
        records.kafka_partition,
        SUM(records.raw_event) AS raw_events,
        COUNT(*) - SUM(records.raw_event) AS dead_letters,
        COUNT(DISTINCT CASE
            WHEN records.kafka_offset >= tracked.start_offset
                AND records.kafka_offset < tracked.next_offset THEN records.kafka_offset
        END) AS inside
    FROM records
    LEFT JOIN tracked
        ON tracked.source_id = records.source_id
        AND tracked.kafka_partition = records.kafka_partition
    GROUP BY records.source_id, records.kafka_partition
),
lost AS (
    SELECT source_id, kafka_partition, SUM(to_offset - from_offset) AS gaps
    FROM {schema}.offset_gaps
    GROUP BY source_id, kafka_partition
)
SELECT
    COALESCE(tracked.source_id, stored.source_id),
    tracked.topic,
    COALESCE(tracked.kafka_partition, stored.kafka_partition),
    tracked.start_offset,
    tracked.next_offset,
    COALESCE(tracked.skipped, 0),
    tracked.updated_at,
    COALESCE(tracked.entries, 0),
    COALESCE(stored.raw_events, 0),
    COALESCE(stored.dead_letters, 0),
    COALESCE(stored.inside, 0),
    COALESCE(lost.gaps, 0)
FROM tracked
FULL OUTER JOIN stored
    ON stored.source_id = tracked.source_id
    AND stored.kafka_partition = tracked.kafka_partition
LEFT JOIN lost
    ON lost.source_id = COALESCE(tracked.source_id, stored.source_id)
    AND lost.kafka_partition = COALESCE(tracked.kafka_partition, stored.kafka_partition)
ORDER BY 1, 3
