-- Enters partitions that were never read, as one bound JSON array of {p, n: start}.
-- Bound: source, cluster, topic, generation, time, array.
MERGE INTO {schema}.consumer_offsets AS stored
USING (
    SELECT
        source_id,
        kafka_partition,
        MAX(cluster_id) AS cluster_id,
        MAX(topic) AS topic,
        MAX(topic_generation) AS topic_generation,
        MAX(start_offset) AS start_offset,
        MAX(updated_at) AS updated_at
    FROM (
        SELECT
            CAST(? AS VARCHAR) AS source_id,
            CAST(? AS VARCHAR) AS cluster_id,
            CAST(? AS VARCHAR) AS topic,
            CAST(? AS VARCHAR) AS topic_generation,
            CAST(? AS TIMESTAMP_NTZ(6)) AS updated_at,
            item.value:p::NUMBER(10, 0) AS kafka_partition,
            item.value:n::NUMBER(19, 0) AS start_offset
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
    ) AS wanted
    GROUP BY source_id, kafka_partition
) AS claimed
ON stored.source_id = claimed.source_id AND stored.kafka_partition = claimed.kafka_partition
WHEN NOT MATCHED THEN INSERT (
    source_id, cluster_id, topic, topic_generation, kafka_partition, start_offset, next_offset,
    skipped, updated_at
) VALUES (
    claimed.source_id, claimed.cluster_id, claimed.topic, claimed.topic_generation,
    claimed.kafka_partition, claimed.start_offset, claimed.start_offset, 0, claimed.updated_at
)
